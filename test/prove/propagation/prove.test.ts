import { describe, expect, it } from 'vitest'
import { provePropagation } from './prove.ts'

describe('two thousand random populations of resolvers and their users', () => {
  it('nothing is called safe that is not, and what can be proved is proved in time', { timeout: 240_000 }, async () => {
    const { falseSafe, missed, lateness, safe } = await provePropagation({ populations: 2_000, seed: 100_000 })
    expect(falseSafe).toEqual([])
    expect(missed).toEqual([])
    expect(lateness.p95).toBeLessThanOrEqual(1.1)
    // Else nothing was tried.
    expect(safe).toBeGreaterThan(800)
    expect(lateness.of).toBeGreaterThan(500)
  })
})
