import { describe, expect, it } from 'vitest'
import { createBudget, createPurses } from '../../electron/aws/budget.ts'
import { createSend } from '../../electron/aws/send.ts'
import type { SignalboxError } from '../../electron/contract/problem.ts'
import type { Clock } from '../../electron/release/world.ts'

/** A clock that jumps to the end of whatever is slept. */
function jumpingClock(speed = 1): Clock & { advance(milliseconds: number): void } {
  let now = 1_000_000
  return {
    now: () => now,
    speed: () => speed,
    sleep: async (milliseconds) => {
      await Promise.resolve()
      now += milliseconds
    },
    advance: (milliseconds) => {
      now += milliseconds
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

describe('the budget of calls', () => {
  it('lets a burst of ten through at once, then less than one a second', async () => {
    const clock = jumpingClock()
    const budget = createBudget(clock)
    const started = clock.now()
    const at: number[] = []
    for (let call = 0; call < 28; call += 1) {
      await budget.take(false)
      at.push((clock.now() - started) / 1000)
    }
    expect(at.filter((second) => second === 0)).toHaveLength(10)
    expect(at[27]).toBeGreaterThan(18 / 0.9 - 0.1)
    expect(at[27]).toBeLessThan(18 / 0.9 + 0.5)
  })

  it('lets what changes something overtake those that wait', async () => {
    const clock = jumpingClock()
    const budget = createBudget(clock, { callsPerSecond: 1, burst: 1 })
    await budget.take(false)
    const order: string[] = []
    const all = [
      budget.take(false).then(() => order.push('read 1')),
      budget.take(false).then(() => order.push('read 2')),
      budget.take(true).then(() => order.push('swap')),
    ]
    await Promise.all(all)
    expect(order).toEqual(['swap', 'read 1', 'read 2'])
  })

  it('is one for an account and region, however often it is signed in to', async () => {
    const purseOf = createPurses()
    const [before, after, elsewhere] = [jumpingClock(), jumpingClock(), jumpingClock()]
    const first = purseOf('123456789012 eu-central-1', before)
    for (let call = 0; call < 10; call += 1) await first.take(false)
    const again = purseOf('123456789012 eu-central-1', after)
    const started = after.now()
    await again.take(false)
    expect(after.now() - started).toBeGreaterThan(1000)
    const other = purseOf('123456789012 eu-west-1', elsewhere)
    const startedThere = elsewhere.now()
    await other.take(false)
    expect(elsewhere.now()).toBe(startedThere)
  })

  it('does not hang by the clock of a sign-in that has ended', async () => {
    const purseOf = createPurses()
    // Its account was left standing still.
    const stopped: Clock = { now: () => 0, speed: () => 1, sleep: (_, signal) => aborted(signal) }
    const purse = purseOf('a', stopped)
    for (let call = 0; call < 10; call += 1) await purse.take(false)
    const waiting = purse.take(false)
    purseOf('a', jumpingClock())
    await expect(waiting).resolves.toBeUndefined()
  })

  it('halves its pace for a minute after AWS throttled', async () => {
    const clock = jumpingClock()
    const budget = createBudget(clock)
    budget.slowDown()
    expect(budget.pace()).toBeCloseTo(0.45)
    budget.slowDown()
    expect(budget.pace()).toBeCloseTo(0.225)
    for (let more = 0; more < 10; more += 1) budget.slowDown()
    expect(budget.pace()).toBeCloseTo(0.9 / 8)
    clock.advance(60_001)
    expect(budget.pace()).toBeCloseTo(0.9)
  })

  it('does not hang the screens of a practice account whose clock stands still', async () => {
    const budget = createBudget(jumpingClock(0))
    const taken = Promise.all(Array.from({ length: 50 }, () => budget.take(false)))
    await expect(taken).resolves.toHaveLength(50)
  })
})

describe('sending', () => {
  function sender() {
    const clock = jumpingClock()
    const budget = createBudget(clock)
    const failures: SignalboxError[] = []
    return {
      budget,
      failures,
      send: createSend({ clock, budget: () => budget, onFailure: (error) => failures.push(error) }),
    }
  }
  const throttled = Object.assign(new Error('Rate exceeded'), {
    name: 'Throttling',
    $metadata: { httpStatusCode: 400 },
  })

  it('tries a read three times and slows down', async () => {
    const { send, budget } = sender()
    let attempts = 0
    const answer = await send(
      { service: 'elasticbeanstalk', operation: 'DescribeEvents', changes: false },
      async () => {
        attempts += 1
        if (attempts < 3) throw throttled
        return 'answer'
      },
    )
    expect(answer).toBe('answer')
    expect(attempts).toBe(3)
    expect(budget.pace()).toBeLessThan(0.9)
  })

  it('sends what changes something once and never again', async () => {
    const { send, failures } = sender()
    let attempts = 0
    const sent = send({ service: 'elasticbeanstalk', operation: 'CreateEnvironment', changes: true }, async () => {
      attempts += 1
      throw throttled
    })
    await expect(sent).rejects.toMatchObject({ problem: { code: 'throttled' } })
    expect(attempts).toBe(1)
    expect(failures).toHaveLength(1)
  })

  it('does not try again what AWS has refused', async () => {
    const { send } = sender()
    let attempts = 0
    const sent = send({ service: 'elasticbeanstalk', operation: 'DescribeEvents', changes: false }, async () => {
      attempts += 1
      throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } })
    })
    await expect(sent).rejects.toMatchObject({ problem: { code: 'access-denied' } })
    expect(attempts).toBe(1)
  })
})
