import { afterEach, expect, it, vi } from 'vitest'
import { takeTurns } from '../../electron/release/turns.ts'

afterEach(() => vi.unstubAllGlobals())

it('takes its turns although whoever is told of them fails, and throws that beside them', async () => {
  const beside: (() => void)[] = []
  vi.stubGlobal('queueMicrotask', (run: () => void) => beside.push(run))
  let taken = 0
  const ended = new Promise<void>((resolve) => {
    takeTurns({
      clock: { now: () => 0, speed: () => 1, sleep: () => Promise.resolve() },
      closing: new AbortController(),
      turn: () => {
        taken += 1
        return Promise.resolve(1_000)
      },
      hasEnded: () => taken === 3,
      afterTurn() {
        if (taken === 1) throw new Error('nobody can be told')
        if (taken === 3) resolve()
      },
    })
  })
  await ended
  expect(taken).toBe(3)
  expect(beside).toHaveLength(1)
  expect(beside[0]).toThrow('nobody can be told')
})
