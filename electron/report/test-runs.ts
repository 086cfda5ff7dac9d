import type { Entry } from '../contract/entries.ts'
import type { Instant, TestCheck } from '../contract/models.ts'

/** The rounds of checks from one throw of the test's lever to the next. */
export interface TestRun {
  /** When the lever was thrown; the first round comes a little later. */
  readonly startedAt: Instant
  readonly endedAt: Instant
  readonly rounds: number
  readonly failedRounds: number
  readonly checks: readonly CheckSummary[]
  /** Where the rounds changed between well and not well, oldest first; for the strip. */
  readonly changes: readonly { readonly at: Instant; readonly passed: boolean }[]
  readonly signOff: { readonly at: Instant; readonly note: string } | null
}

interface CheckSummary extends TestCheck {
  readonly passed: number
  readonly failed: number
  readonly lastSaid: string
}

/** Every test run, oldest first. */
export function testRunsOf(entries: readonly Entry[]): readonly TestRun[] {
  let runs: readonly TestRun[] = []
  let checks: readonly TestCheck[] = []
  const change = (to: (run: TestRun) => TestRun) => {
    const last = runs.at(-1)
    if (last) runs = [...runs.slice(0, -1), to(last)]
  }
  for (const entry of entries) {
    if (entry.kind === 'started' || entry.kind === 'settings-changed') checks = entry.settings.checks
    if (entry.kind === 'lever-thrown' && entry.step === 'test') runs = [...runs, blankRun(entry.at, checks)]
    if (entry.kind === 'round') change((run) => withRound(run, entry))
    if (entry.kind === 'signed-off') change((run) => ({ ...run, signOff: { at: entry.at, note: entry.note } }))
  }
  return runs
}

function blankRun(at: Instant, checks: readonly TestCheck[]): TestRun {
  const blank = checks.map(({ path, expectStatus, contains }) => ({
    path,
    expectStatus,
    contains,
    passed: 0,
    failed: 0,
    lastSaid: '',
  }))
  return { startedAt: at, endedAt: at, rounds: 0, failedRounds: 0, checks: blank, changes: [], signOff: null }
}

function withRound(run: TestRun, round: Extract<Entry, { kind: 'round' }>): TestRun {
  const { at, passed, results } = round
  return {
    ...run,
    endedAt: at,
    rounds: run.rounds + 1,
    failedRounds: run.failedRounds + (passed ? 0 : 1),
    changes: run.changes.at(-1)?.passed === passed ? run.changes : [...run.changes, { at, passed }],
    checks: run.checks.map((check, index) => {
      const result = results[index]
      if (!result) return check
      return {
        ...check,
        passed: check.passed + (result.passed ? 1 : 0),
        failed: check.failed + (result.passed ? 0 : 1),
        lastSaid: result.said,
      }
    }),
  }
}
