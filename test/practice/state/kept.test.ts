import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateConfigurationTemplateCommand,
  CreateEnvironmentCommand,
  DescribeApplicationsCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  UpdateApplicationCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Clients, clientsOf, describe as describeEnvironment, named } from '../server/clients.ts'
import { type Practice, type StartOptions, startPractice } from '../start-practice.ts'

// Each start is a process of its own, and some tests start six, one after another.
vi.setConfig({ testTimeout: 60_000 })

const folders: string[] = []
const running = new Set<Practice>()

afterEach(async () => {
  await Promise.all([...running].map((practice) => practice.kill()))
  running.clear()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-kept-'))
  folders.push(folder)
  return folder
}

async function start(state: string, options: StartOptions = {}): Promise<Practice & Clients> {
  const practice = await startPractice({ users: false, state, ...options })
  running.add(practice)
  return { ...practice, ...clientsOf(practice) }
}

/** What a client sees of the account. */
async function seen({ beanstalk }: Clients): Promise<unknown> {
  const { Environments = [] } = await beanstalk.send(new DescribeEnvironmentsCommand({ IncludeDeleted: true }))
  const { Applications } = await beanstalk.send(new DescribeApplicationsCommand({}))
  const { Events } = await beanstalk.send(new DescribeEventsCommand({}))
  return { Environments, Applications, Events }
}

async function startClone({ beanstalk }: Clients): Promise<string> {
  const blue = await named(beanstalk, 'shop-production')
  await beanstalk.send(
    new CreateConfigurationTemplateCommand({
      ApplicationName: 'shop',
      TemplateName: 'saved',
      EnvironmentId: blue.EnvironmentId,
    }),
  )
  const { EnvironmentId = '' } = await beanstalk.send(
    new CreateEnvironmentCommand({
      ApplicationName: 'shop',
      EnvironmentName: 'shop-green',
      TemplateName: 'saved',
      VersionLabel: blue.VersionLabel,
      CNAMEPrefix: 'shop-green',
    }),
  )
  return EnvironmentId
}

describe('an account with a folder', () => {
  it('is the same after it was killed in the middle of a clone, and the clone goes on', async () => {
    const folder = newFolder()
    const first = await start(folder)
    const id = await startClone(first)
    await first.control('/clock', { jumpSeconds: 120 })
    await first.control('/clock', { pause: true })
    const before = await seen(first)
    const { now } = await first.control<{ readonly now: number }>('/clock')
    await first.kill()

    const second = await start(folder)
    expect(await second.control('/clock')).toEqual({ now, speed: 0, paused: true })
    expect(await seen(second)).toEqual(before)
    expect(await describeEnvironment(second.beanstalk, id)).toMatchObject({ Status: 'Launching' })
    await second.control('/clock', { pause: false, jumpSeconds: 280 })
    expect(await describeEnvironment(second.beanstalk, id)).toMatchObject({ Status: 'Ready', HealthStatus: 'Ok' })
    await second.stop()
    running.delete(second)
  })

  it('keeps every call it answered, whenever it is killed', async () => {
    const folder = newFolder()
    for (let round = 0; round < 3; round += 1) {
      const practice = await start(folder, { speed: 600 })
      let answered = 0
      const calling = (async () => {
        for (let count = 1; ; count += 1) {
          const Description = `${round}/${count}`
          await practice.beanstalk.send(new UpdateApplicationCommand({ ApplicationName: 'shop', Description }))
          answered = count
        }
      })().catch(() => undefined)
      // On a busy machine the first answer may take a while.
      await vi.waitFor(() => expect(answered).toBeGreaterThan(0), { timeout: 20_000, interval: 5 })
      await sleep(100 + 40 * round)
      await practice.kill()
      await calling
      const again = await start(folder, { speed: 600 })
      const { Applications } = await again.beanstalk.send(
        new DescribeApplicationsCommand({ ApplicationNames: ['shop'] }),
      )
      const [kept = '', count = ''] = Applications?.[0]?.Description?.split('/') ?? []
      expect(Number(kept)).toBe(round)
      expect(answered).toBeGreaterThan(0)
      // The last call may have been made without being answered.
      expect([answered, answered + 1]).toContain(Number(count))
      await again.kill()
    }
  })

  it('has its clock stand still while it is closed, and never lets it go back', async () => {
    const folder = newFolder()
    const first = await start(folder, { speed: 1000 })
    await sleep(200)
    const asked = performance.now()
    const before = await first.control<{ readonly now: number }>('/clock')
    await first.kill()
    const killed = performance.now()
    await sleep(500)
    const opened = performance.now()
    const second = await start(folder, { speed: 1 })
    const after = second.descriptor.clock.now
    expect(after).toBeGreaterThanOrEqual(before.now)
    // What can have passed until the kill, and since the second start.
    expect(after).toBeLessThanOrEqual(before.now + (killed - asked) * 1000 + (performance.now() - opened))
    expect(second.descriptor.clock.speed).toBe(1)
  })

  it('goes on with a speed that was chosen later, until another one is asked for', async () => {
    const folder = newFolder()
    const first = await start(folder, { speed: 60 })
    await first.control('/clock', { speed: 10 })
    await first.kill()
    const second = await start(folder, { speed: 60 })
    expect(second.descriptor.clock.speed).toBe(10)
    await second.kill()
    const third = await start(folder, { speed: 30 })
    expect(third.descriptor.clock.speed).toBe(30)
  })

  it('keeps objects and uploads that are under way', async () => {
    const folder = newFolder()
    const Bucket = 'elasticbeanstalk-eu-central-1-123456789012'
    const first = await start(folder)
    const { ETag } = await first.s3.send(new PutObjectCommand({ Bucket, Key: 'some/bundle.zip', Body: 'content' }))
    const { UploadId } = await first.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large.zip' }))
    const part = { Bucket, Key: 'large.zip', UploadId }
    await first.s3.send(new UploadPartCommand({ ...part, PartNumber: 1, Body: 'part' }))
    await first.kill()
    const second = await start(folder)
    const found = await second.s3.send(new GetObjectCommand({ Bucket, Key: 'some/bundle.zip' }))
    expect([found.ETag, await found.Body?.transformToString()]).toEqual([ETag, 'content'])
    expect((await second.s3.send(new ListPartsCommand(part))).Parts).toHaveLength(1)
    const seeded = await second.s3.send(new GetObjectCommand({ Bucket, Key: 'shop/1.4.2.zip' }))
    expect(seeded.ContentLength).toBeGreaterThan(100)
  })

  it('loses only the call whose line is torn', async () => {
    const folder = newFolder()
    const first = await start(folder)
    for (const Description of ['first', 'second'])
      await first.beanstalk.send(new UpdateApplicationCommand({ ApplicationName: 'shop', Description }))
    await first.kill()
    const log = join(folder, 'account.log')
    truncateSync(log, readFileSync(log).length - 20)
    const second = await start(folder)
    const { Applications } = await second.beanstalk.send(
      new DescribeApplicationsCommand({ ApplicationNames: ['shop'] }),
    )
    expect(Applications?.[0]?.Description).toBe('first')
    expect(second.complaints()).toBe('')
  })

  it.each([
    ['is not ours', () => 'something else\n{}\n'],
    ['is no log at all', () => 'something else'],
    ['is damaged in the middle', (log: string) => log.replace(/\n(\{"kind":"call".*)\n/, '\n{"kin\n')],
    ['is from another version', (log: string) => log.replace(/"chance":\d+/, '"chance":1')],
  ])('begins anew, and says so, where the log %s', async (_how, spoil) => {
    const folder = newFolder()
    const first = await start(folder)
    for (const Description of ['first', 'second'])
      await first.beanstalk.send(new UpdateApplicationCommand({ ApplicationName: 'shop', Description }))
    await first.kill()
    const log = join(folder, 'account.log')
    const spoilt = spoil(readFileSync(log, 'utf8'))
    writeFileSync(log, spoilt)
    const second = await start(folder)
    expect(second.complaints()).toContain('A new account was begun')
    expect(readFileSync(join(folder, 'account.log.unused'), 'utf8')).toBe(spoilt)
    const { Applications } = await second.beanstalk.send(
      new DescribeApplicationsCommand({ ApplicationNames: ['shop'] }),
    )
    expect(Applications?.[0]?.Description).toBe('The web shop and its workers')
    await second.kill()
    const third = await start(folder)
    expect(third.complaints()).toBe('')
  })

  it('is not opened twice', async () => {
    const folder = newFolder()
    await start(folder)
    await expect(start(folder)).rejects.toThrow('Another practice account is open')
  })

  it('takes what stands in the folder for what is not asked for, and begins anew for what is', async () => {
    const folder = newFolder()
    const first = await start(folder, { seed: 5 })
    const { EnvironmentId } = await named(first.beanstalk, 'shop-production')
    await first.kill()
    const second = await start(folder)
    expect((await named(second.beanstalk, 'shop-production')).EnvironmentId).toBe(EnvironmentId)
    await second.kill()
    const third = await start(folder, { seed: 6 })
    expect(third.complaints()).toContain('another --seed')
    expect((await named(third.beanstalk, 'shop-production')).EnvironmentId).not.toBe(EnvironmentId)
  })

  it('forgets an account that was never handed over', async () => {
    const folder = newFolder()
    appendFileSync(join(folder, 'account.log'), '{"format":1,"seed":1,"region":"eu-central-1","start":1800000000000}\n')
    appendFileSync(
      join(folder, 'account.log'),
      '{"kind":"objects","change":{"change":"bucket","bucket":"half-made"}}\n',
    )
    const practice = await start(folder)
    expect(practice.complaints()).toBe('')
    expect(readFileSync(join(folder, 'account.log'), 'utf8')).not.toContain('half-made')
  })
})

describe('the process', () => {
  it('ends with the one that started it, also when that was killed', async () => {
    const main = new URL('../../../electron/practice/main.ts', import.meta.url).pathname
    const starter = `
      const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, [${JSON.stringify(main)}, '--no-users'], { stdio: ['pipe', 'pipe', 'inherit'] })
      child.stdout.once('data', () => process.stdout.write(child.pid + '\\n'))
    `
    const parent = spawn(process.execPath, ['-e', starter], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = await new Promise<number>((resolve) => {
      createInterface({ input: parent.stdout }).once('line', (line) => resolve(Number(line)))
    })
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 15_000, interval: 100 })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
