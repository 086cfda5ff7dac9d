import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readDescriptor } from '../../electron/account/descriptor.ts'
import { openPractice, type Practice } from '../../electron/account/practice.ts'
import { createPracticeClock } from '../../electron/account/practice-clock.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const descriptor = {
  endpoint: 'http://127.0.0.1:4000',
  region: 'eu-central-1',
  accountId: '123456789012',
  accessKeyId: 'AKIAPRACTICE',
  secretAccessKey: 'secret',
  dns: {
    authoritative: '127.0.0.1:5300',
    resolvers: [{ name: 'office', address: '127.0.0.1:5301', policy: 'faithful' }],
  },
  dial: { '198.51.100.1:80': '127.0.0.1:8001' },
  control: 'http://127.0.0.1:4001',
  clock: { now: 1_000_000, speed: 60 },
}

interface Control {
  readonly practice: Practice
  readonly dial: Record<string, string>
  readonly posted: unknown[]
  /** Asks, and has what is told made up and held back; a change is made once it is let go. */
  hold<Answer>(ask: () => Promise<Answer>): Promise<{ readonly asked: Promise<Answer>; letGo(): void }>
  close(): Promise<void>
}

async function startControl(): Promise<Control> {
  const dial: Record<string, string> = { ...descriptor.dial }
  const posted: unknown[] = []
  let gate: Promise<void> | null = null
  let speed = 60
  const startedAt = performance.now()
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const held = gate
    gate = null
    if (request.method === 'POST') {
      await held
      const asked = JSON.parse(body)
      posted.push(asked)
      speed = asked.speed
    }
    const now = 1_000_000 + (performance.now() - startedAt) * 60
    const answer = JSON.stringify(request.url === '/dial' ? dial : { now, speed })
    await held
    response.end(answer)
  }
  const server = createServer((request, response) => void respond(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const practice = openPractice(
    readDescriptor({ ...descriptor, control: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` }),
  )
  const close = async (): Promise<void> => {
    practice.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  async function hold<Answer>(ask: () => Promise<Answer>) {
    const { promise, resolve: letGo } = Promise.withResolvers<void>()
    gate = promise
    const asked = ask()
    await vi.waitFor(() => expect(gate).toBeNull(), { timeout: 10_000 })
    return { asked, letGo }
  }
  closing.push(close)
  return { practice, dial, posted, hold, close }
}

describe('the practice account’s descriptor', () => {
  it('is read from its line or as it is', () => {
    expect(readDescriptor(JSON.stringify(descriptor))).toEqual(descriptor)
    expect(readDescriptor(descriptor)).toEqual(descriptor)
  })

  it.each([
    ['no JSON', 'Segmentation fault'],
    ['nothing', undefined],
    ['a member missing', { ...descriptor, accountId: undefined }],
    [
      'an address that is not this computer',
      { ...descriptor, endpoint: 'http://elasticbeanstalk.eu-central-1.amazonaws.com' },
    ],
    ['a dial table that leads away', { ...descriptor, dial: { '198.51.100.1:80': '10.0.0.1:80' } }],
  ])('is refused with words: %s', (_name, line) => {
    expect(() => readDescriptor(line)).toThrowError(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'not-connected' }) }),
    )
  })
})

describe('the practice clock', () => {
  it('runs at the account’s speed', async () => {
    const begunAt = performance.now()
    const clock = createPracticeClock({ now: 0, speed: 1_000 })
    const slept = clock.sleep(50_000, AbortSignal.timeout(10_000)).then(() => 'slept')
    // A timer that is due later fires later, however long this computer was busy.
    expect(await Promise.race([slept, wait(150, 'late')])).toBe('slept')
    const now = clock.now()
    expect(now).toBeGreaterThanOrEqual(50_000)
    expect(now).toBeLessThanOrEqual((performance.now() - begunAt) * 1_000)
  })

  it('wakes a sleeper when time is made to jump or run faster', async () => {
    const clock = createPracticeClock({ now: 0, speed: 1 })
    const slept = clock.sleep(3_600_000, AbortSignal.timeout(10_000))
    clock.set({ now: 3_500_000, speed: 10_000 }, performance.now(), performance.now())
    await slept
    expect(clock.speed()).toBe(10_000)
  })

  it('sleeps on while it is paused, and can be called off', async () => {
    const clock = createPracticeClock({ now: 0, speed: 0 })
    const calledOff = new AbortController()
    const slept = clock.sleep(1, calledOff.signal)
    setTimeout(() => calledOff.abort(new Error('left')), 30)
    await expect(slept).rejects.toThrow('left')
    await expect(clock.sleep(1, calledOff.signal)).rejects.toThrow('left')
  })

  it.each([
    ['is late by 10 ms', 60_000 - 600, 0],
    ['was under way for half a second, and made at its beginning', 60_000 - 30_000, 500],
    ['was under way for half a second, and made at its end', 60_000, 500],
  ])('keeps its own time against a reading that %s', (_words, now, underWay) => {
    let elapsed = 0
    const clock = createPracticeClock({ now: 0, speed: 60 }, () => elapsed)
    elapsed = 1_000
    clock.set({ now, speed: 60 }, elapsed - underWay, elapsed)
    expect(clock.now()).toBe(60_000)
  })

  it('follows the account where that is ahead or behind, and says so at any length of the request', () => {
    let elapsed = 0
    const clock = createPracticeClock({ now: 0, speed: 60 }, () => elapsed)
    elapsed = 1_000
    clock.set({ now: 90_000, speed: 60 }, 900, 1_000)
    expect(clock.now()).toBe(93_000)
    clock.set({ now: 10_000, speed: 60 }, 950, 1_000)
    expect(clock.now()).toBe(11_500)
  })
})

describe('a running practice account', () => {
  it('takes another speed', async () => {
    const { practice, posted } = await startControl()
    expect(await practice.setSpeed(300)).toBe(300)
    expect(posted).toEqual([{ speed: 300, pause: false }])
    expect(practice.clock.speed()).toBe(300)
  })

  it('runs on at the speed it took, whatever was asked before and comes late', async () => {
    const { practice, hold } = await startControl()
    const older = await hold(() => practice.synchronise())
    await practice.setSpeed(300)
    older.letGo()
    await older.asked
    expect(practice.clock.speed()).toBe(300)
  })

  it('takes the speed it asked for, whatever was asked later and comes sooner', async () => {
    const { practice, hold } = await startControl()
    const change = await hold(() => practice.setSpeed(300))
    await practice.synchronise()
    change.letGo()
    await change.asked
    expect(practice.clock.speed()).toBe(300)
  })

  it('dials documentation addresses, and asks again for those that came later', async () => {
    const { practice, dial } = await startControl()
    expect(await practice.dial('198.51.100.1', 80)).toEqual({ host: '127.0.0.1', port: 8001 })
    dial['198.51.100.2:80'] = '127.0.0.1:8002'
    expect(await practice.dial('198.51.100.2', 80)).toEqual({ host: '127.0.0.1', port: 8002 })
    expect(await practice.dial('198.51.100.3', 80)).toBeNull()
    expect(await practice.dial('198.51.100.1', 443)).toBeNull()
  })

  it('says in words that the account is gone', async () => {
    const { practice, close } = await startControl()
    closing.length = 0
    await close()
    await expect(practice.synchronise()).rejects.toMatchObject({ problem: { code: 'not-connected' } })
    await expect(practice.dial('198.51.100.1', 80)).rejects.toMatchObject({ problem: { code: 'not-connected' } })
  })
})
