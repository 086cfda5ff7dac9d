import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
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
  close(): Promise<void>
}

async function startControl(): Promise<Control> {
  const dial: Record<string, string> = { ...descriptor.dial }
  const posted: unknown[] = []
  let speed = 60
  const startedAt = performance.now()
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    if (request.method === 'POST') {
      const asked = JSON.parse(body)
      posted.push(asked)
      speed = asked.speed
    }
    const now = 1_000_000 + (performance.now() - startedAt) * 60
    response.end(JSON.stringify(request.url === '/dial' ? dial : { now, speed }))
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
  closing.push(close)
  return { practice, dial, posted, close }
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
    const clock = createPracticeClock({ now: 0, speed: 1_000 })
    await clock.sleep(50_000, AbortSignal.timeout(2_000))
    expect(clock.now()).toBeGreaterThanOrEqual(50_000)
    expect(clock.now()).toBeLessThan(150_000)
  })

  it('wakes a sleeper when time is made to jump or run faster', async () => {
    const clock = createPracticeClock({ now: 0, speed: 1 })
    const slept = clock.sleep(3_600_000, AbortSignal.timeout(2_000))
    clock.set({ now: 3_500_000, speed: 10_000 }, performance.now())
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

  it('keeps its own time against readings that are late by a request’s length', () => {
    const clock = createPracticeClock({ now: 100_000, speed: 60 })
    const before = clock.now()
    clock.set({ now: before - 600, speed: 60 }, performance.now())
    expect(clock.now()).toBeGreaterThanOrEqual(before)
  })
})

describe('a running practice account', () => {
  it('takes another speed', async () => {
    const { practice, posted } = await startControl()
    expect(await practice.setSpeed(300)).toBe(300)
    expect(posted).toEqual([{ speed: 300, pause: false }])
    expect(practice.clock.speed()).toBe(300)
  })

  it('dials documentation addresses, and asks again for those that came later', async () => {
    const { practice, dial } = await startControl()
    expect(await practice.dial('198.51.100.1', 80)).toEqual({ host: '127.0.0.1', port: 8001 })
    dial['198.51.100.2:80'] = '127.0.0.1:8002'
    await new Promise((resolve) => setTimeout(resolve, 120))
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
