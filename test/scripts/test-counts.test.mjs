import { describe, expect, it } from 'vitest'
import { countPlaywright, countVitest, sumCounts } from '../../scripts/test-counts.mjs'

describe('the closing line', () => {
  it.each([
    ['vitest passed', countVitest({ numPassedTests: 5, numPendingTests: 1 }, 0), [5, 0, 1]],
    ['vitest failed', countVitest({ numPassedTests: 5, numFailedTests: 2 }, 1), [5, 2, 0]],
    [
      'a vitest file could not be read',
      countVitest({ numPassedTests: 5, testResults: [{ status: 'failed', assertionResults: [] }] }, 1),
      [5, 1, 0],
    ],
    ['vitest failed outside a test', countVitest({ numPassedTests: 5 }, 1), [5, 1, 0]],
    ['vitest left no report', countVitest(undefined, 1), [0, 1, 0]],
    ['Playwright passed', countPlaywright({ stats: { expected: 3, skipped: 1 } }, 0), [3, 0, 1]],
    ['a Playwright test was flaky', countPlaywright({ stats: { expected: 3, flaky: 1 } }, 0), [3, 1, 0]],
    ['Playwright found no tests', countPlaywright({ stats: { expected: 0 } }, 1), [0, 1, 0]],
    ['Playwright left no report', countPlaywright(undefined, 1), [0, 1, 0]],
  ])('counts right where %s', (_, { passed, failed, skipped }, expected) => {
    expect([passed, failed, skipped]).toEqual(expected)
  })

  it('adds up', () => {
    expect(
      sumCounts([
        { passed: 1, failed: 2 },
        { passed: 3, failed: 0, skipped: 4 },
      ]),
    ).toEqual({
      passed: 4,
      failed: 2,
      skipped: 4,
    })
  })
})
