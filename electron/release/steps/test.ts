import type { Gate } from '../../contract/models.ts'
import { problem } from '../../contract/problem.ts'
import { agreeFingerprint } from '../fingerprint.ts'
import { ask, bothAddresses, said } from '../reach.ts'
import { type ReleaseState, recordOf } from '../state.ts'
import { describe, evidence, gate, type Hands, healthGate, isOk, type Sight, type Step } from '../step.ts'
import { requestsPerSecond } from '../traffic.ts'
import { type HttpAnswer, satisfies } from '../world.ts'

/** Account seconds between two rounds of checks. */
const ROUND_SECONDS = 10
/** A gap this long in the rounds (the app was closed) starts the bake again. */
const GAP_MILLISECONDS = 60_000
/** Real time that a round may take without being a gap: on a practice account's fast clock that is many account minutes. */
const TURN_MILLISECONDS = 2_000
/** Rounds that fail one after the other before the step asks the operator, and that pass before it asks no longer. */
const TELLING_ROUNDS = 3
const WARM_UP_REQUESTS = 5
const FINGERPRINT_SAMPLES = 3

/** Checks green over HTTP for a whole bake, compares it with blue, and asks the operator to look. Changes nothing in AWS. */
export const test: Step<null> = {
  id: 'test',
  hasLever: true,
  factsSeconds: ROUND_SECONDS,

  async observe(state, sight, hands) {
    const record = recordOf(state, 'test')
    if (record.leverAt === null || bakeOf(state, sight.at).done) return null
    if (state.rounds.length === 0) await prepare(state, sight, hands)
    await round(state, sight, hands)
    return null
  },

  judge(state, sight) {
    const record = recordOf(state, 'test')
    if (record.leverAt === null)
      return { gates: gatesOf(state, sight), proofs: [], due: null, progress: null, stuck: null }
    const bake = bakeOf(state, sight.at)
    const secondsLeft = Math.max(0, state.release.settings.bakeSeconds - bake.seconds)
    return {
      gates: null,
      proofs: [
        ...gatesOf(state, sight),
        ...checkProofs(state, sight.at),
        gate(
          'bake',
          'It stayed well for the whole bake',
          bake.done ? 'passed' : 'waiting',
          bake.done
            ? `${bake.rounds} rounds without a failure over ${Math.round(bake.seconds)} s.`
            : `${Math.round(bake.seconds)} of ${state.release.settings.bakeSeconds} s without a failure.`,
          [evidence('http', sight.at, `${bake.rounds} rounds in a row passed, of ${state.rounds.length} in all`)],
          { waivable: true, remedy: 'It goes on by itself; a failure starts the bake again.' },
        ),
        state.signOff
          ? gate('sign-off', 'You have looked at green yourself', 'passed', state.signOff.note || 'Signed off.', [
              evidence('operator', state.signOff.at, state.signOff.note || 'signed off without a note'),
            ])
          : gate(
              'sign-off',
              'You have looked at green yourself',
              'waiting',
              'Open green in the browser, look at what matters to you, then sign off.',
              [],
              { remedy: 'Sign off once you have looked.' },
            ),
      ],
      due: null,
      progress: bake.done
        ? null
        : {
            label: `Testing green for ${state.release.settings.bakeSeconds} s`,
            fraction:
              state.release.settings.bakeSeconds === 0
                ? 1
                : Math.min(1, bake.seconds / state.release.settings.bakeSeconds),
            secondsLeft,
          },
      stuck:
        !bake.done && isFailing(state)
          ? problem('refused-by-aws', 'Green does not pass its checks', {
              meaning: `${state.rounds.filter(({ passed }) => !passed).length} of ${state.rounds.length} rounds failed. Production is untouched: it stays on ${state.release.blue.name}.`,
              remedy: 'Read the checks. Choose another version, keep testing, or roll back.',
            }).problem
          : null,
    }
  },

  async act() {
    // Looks only.
  },
}

/** How long every round has passed without a break or a failure, up to the newest round. */
export function bakeOf(
  state: ReleaseState,
  now: number,
): { readonly seconds: number; readonly rounds: number; readonly done: boolean } {
  const { rounds, release } = state
  let first = rounds.length
  while (first > 0) {
    const round = rounds[first - 1]
    const next = rounds[first]
    if (!round?.passed || (next && next.at - round.at > (next.pauseMilliseconds ?? GAP_MILLISECONDS))) break
    first -= 1
  }
  const [start, end] = [rounds[first], rounds.at(-1)]
  if (!start || !end) return { seconds: 0, rounds: 0, done: false }
  const seconds = (end.at - start.at) / 1000
  // A finished bake proves how green was then; after a long pause it must be baked again.
  return { seconds, rounds: rounds.length - first, done: seconds >= release.settings.bakeSeconds && now >= end.at }
}

/** Whether several rounds in a row have failed, and not as many passed since: one in between tells nothing. */
function isFailing({ rounds }: ReleaseState): boolean {
  const telling = rounds.findLastIndex((_, index) => {
    const row = rounds.slice(Math.max(0, index + 1 - TELLING_ROUNDS), index + 1)
    return row.length === TELLING_ROUNDS && row.every(({ passed }) => passed === row[0]?.passed)
  })
  return rounds[telling]?.passed === false
}

function gatesOf(state: ReleaseState, sight: Sight): readonly Gate[] {
  const { green, greenHealth, blueHealth, at } = sight
  const label = state.version?.label ?? null
  const capacity = (health: Sight['blueHealth']) =>
    health?.instances.filter(({ status }) => status === 'Ok').length ?? null
  const [has, needs] = [capacity(greenHealth), capacity(blueHealth)]
  return [
    gate(
      'still-deployed',
      'Green still runs the version',
      label !== null && green?.versionLabel === label ? 'passed' : 'failed',
      `Green runs ${green?.versionLabel ?? 'nothing'}.`,
      [evidence('elasticbeanstalk:DescribeEnvironments', at, describe(green))],
      {
        remedy: 'Somebody else has changed green. Roll back, or deploy the version again.',
      },
    ),
    healthGate('green-ok', 'Green is Ready and Ok', green, greenHealth, at, false),
    has === null || needs === null
      ? gate(
          'capacity',
          'Green is as large as blue',
          'unknown',
          'Without enhanced health the instances cannot be counted.',
          [],
          { waivable: true, remedy: 'Compare both environments in the AWS console and say what you saw.' },
        )
      : gate(
          'capacity',
          'Green is as large as blue',
          has >= needs ? 'passed' : 'failed',
          `Green has ${has} instances that are Ok, blue has ${needs}.`,
          [evidence('elasticbeanstalk:DescribeInstancesHealth', greenHealth?.at ?? at, `green ${has}, blue ${needs}`)],
          {
            waivable: true,
            remedy:
              'Blue may have scaled out under load: raise the minimum size of green in the AWS console, or say why fewer are enough.',
          },
        ),
  ]
}

function checkProofs(state: ReleaseState, at: number): readonly Gate[] {
  const last = state.rounds.at(-1)
  return state.release.settings.checks.map((check, index) => {
    const result = last?.results[index]
    const failures = state.rounds.filter(({ results }) => results[index]?.passed === false).length
    const title = `${check.path} answers ${check.expectStatus}${check.contains ? ` and says “${check.contains}”` : ''}`
    return gate(
      `check-${index}`,
      title,
      !result ? 'waiting' : result.passed ? 'passed' : 'failed',
      result ? result.said : 'Not asked yet.',
      [evidence('http', last?.at ?? at, `${state.rounds.length - failures} of ${state.rounds.length} rounds passed`)],
    )
  })
}

/** Warms green up, then agrees on how to tell the two apart and what an idle environment's traffic looks like. */
async function prepare(state: ReleaseState, sight: Sight, hands: Hands): Promise<void> {
  const host = state.release.productionCname
  const { blue, green } = await bothAddresses(state, sight, hands)
  const path = state.release.settings.checks[0]?.path ?? '/'
  for (let request = 0; request < WARM_UP_REQUESTS; request += 1) await ask(green, host, path, hands)
  const sample = async (addresses: readonly string[]) => {
    const answers: HttpAnswer[] = []
    for (let request = 0; request < FINGERPRINT_SAMPLES; request += 1)
      answers.push(await ask(addresses, host, path, hands))
    return answers
  }
  const fingerprint = agreeFingerprint(await sample(blue), await sample(green))
  hands.record({
    kind: 'baseline',
    at: hands.world.clock.now(),
    fingerprint,
    addresses: { blue: [...blue], green: [...green] },
    floorRequestsPerSecond: requestsPerSecond(sight.greenHealth) ?? 0,
    trafficRequestsPerSecond: requestsPerSecond(sight.blueHealth) ?? 0,
  })
}

async function round(state: ReleaseState, sight: Sight, hands: Hands): Promise<void> {
  const host = state.release.productionCname
  const { blue, green } = await bothAddresses(state, sight, hands)
  const results = await Promise.all(
    state.release.settings.checks.map(async (check) => {
      const [answer, compared] = await Promise.all([
        ask(green, host, check.path, hands),
        ask(blue, host, check.path, hands),
      ])
      const comparison = compared.kind === 'answer' ? `; blue answers ${compared.status}` : ''
      const missing =
        answer.kind === 'answer' && answer.status === check.expectStatus && !satisfies(check, answer)
          ? `, but does not say “${check.contains}”`
          : ''
      return { path: check.path, passed: satisfies(check, answer), said: `${said(answer)}${missing}${comparison}` }
    }),
  )
  const well = isOk(sight.green, sight.greenHealth)
  const { clock } = hands.world
  const pauseMilliseconds = TURN_MILLISECONDS * clock.speed()
  hands.record({
    kind: 'round',
    at: clock.now(),
    passed: well && results.every(({ passed }) => passed),
    results,
    ...(pauseMilliseconds > GAP_MILLISECONDS ? { pauseMilliseconds } : {}),
  })
}
