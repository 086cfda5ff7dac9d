import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inspectBundle } from '../../electron/bundle/inspect.ts'
import { connectTo } from '../../electron/connections.ts'
import { PLAIN_CLONE } from '../../electron/contract/clone.ts'
import type { Entry } from '../../electron/contract/entries.ts'
import { QUESTION_IDS } from '../../electron/contract/independence.ts'
import { isOpen, type ReleaseView, type SourceBundle } from '../../electron/contract/models.ts'
import { runRelease } from '../../electron/release/engine.ts'
import type { LeverInput, RunningRelease } from '../../electron/release/running.ts'
import { replay } from '../../electron/release/state.ts'
import { type Practice, startPractice } from '../practice/start-practice.ts'
import { begin, RELEASE_ID, SETTINGS } from './begin.ts'
import type { History } from './history.ts'
import { run } from './run.ts'

const BUNDLE = resolve(import.meta.dirname, '../../resources/bundles/shop-1.5.0.zip')

/** A release as the direct door lives it through: nothing goes wrong, nobody else does anything. */
const PLAIN: History = {
  // An even one: he turns round as soon as he has come to a step.
  seed: 2,
  turnsBackAt: null,
  stopsAt: null,
  isStubborn: false,
  version: 'sound',
  coupled: false,
  decouples: false,
  later: false,
  shrinks: false,
  options: PLAIN_CLONE,
  repairs: false,
  rebuilds: false,
  managed: false,
  narrowed: false,
  basicHealth: false,
  singleInstance: false,
  staging: false,
  resolvers: ['faithful', 'faithful', 'negative-caching', 'overruns-ttl'],
  callMilliseconds: 40,
  lagMilliseconds: 1_000,
  planned: [],
}

let account: Practice

beforeEach(async () => {
  account = await startPractice({ speed: 240 })
})
afterEach(() => account.stop())

describe('one behaviour behind two doors', () => {
  it.each([
    ['to the end', null],
    ['there and back', 'retire'],
  ] as const)(
    'a release %s writes the same journal over HTTP and DNS as through the direct door',
    async (_name, turnsBackAt) => {
      const direct = await run({ ...PLAIN, turnsBackAt })
      const overHttp = await runOverHttp('shop', turnsBackAt)
      expect(shapeOf(overHttp)).toEqual(shapeOf(direct.trace.entries))
      // Both looked out from before the swap, over real connections as without any.
      for (const { lines, traffic } of [replay(overHttp).timeline, replay(direct.trace.entries).timeline]) {
        expect(lines.filter(({ kind }) => kind !== 'domain').map(({ id }) => id)).toEqual(['fresh', 'kept'])
        expect(lines.every(({ slices }) => slices.some(({ blue }) => blue > 0))).toBe(true)
        expect(lines[0]?.slices.some(({ green }) => green > 0)).toBe(true)
        expect(lines[0]?.firstNew).not.toBeNull()
        expect(traffic.some(({ blue, green }) => (blue ?? 0) > 0 && green !== null)).toBe(true)
      }
    },
    180_000,
  )
})

/** The same release, by the same operator, against the servers of the practice account. */
async function runOverHttp(application: string, turnsBackAt: string | null): Promise<readonly Entry[]> {
  const { world, listApplications, close } = await connectTo({ kind: 'practice' }, async () => ({
    descriptor: account.descriptor,
    stop: () => {},
  }))
  const listed = (await listApplications()).find(({ name }) => name === application)?.environments ?? []
  const blue = listed.find(({ cname }) => cname !== null)
  if (!blue?.cname) throw new Error(`There is no web environment in ${application}`)
  const { bundle } = await inspectBundle(BUNDLE)
  const names = { green: `${application}-green`, production: blue.cname }
  const entries = begin(world.clock.now(), blue.id).map((entry) =>
    entry.kind === 'started'
      ? {
          ...entry,
          application,
          productionCname: names.production,
          blue: { id: blue.id, name: blue.name },
          green: { name: names.green, cnamePrefix: names.green, templateName: `signalbox-${RELEASE_ID}` },
          settings: SETTINGS,
        }
      : entry,
  )
  const seen: { view: ReleaseView | null } = { view: null }
  const running = runRelease({
    entries: [...entries],
    journal: {
      append: (entry) => entries.push(entry),
      head: () => ({ entries: entries.length, lastHash: '' }),
    },
    world,
    onChange: (view) => {
      seen.view = view
    },
    random: () => 0.5,
  })
  let pressed = 0
  let turned = false
  for (;;) {
    await new Promise((wake) => setTimeout(wake, 50))
    const { view } = seen
    if (view === null || Date.now() - pressed < 1_000) continue
    if (view.release.outcome !== null) break
    const doing = next(view, running, { names, bundle, turnsBackAt: turned ? null : turnsBackAt })
    if (doing === null) continue
    pressed = Date.now()
    turned ||= view.release.step === turnsBackAt
    await doing.catch(() => {})
  }
  await running.close()
  await close()
  return entries
}

function next(
  view: ReleaseView,
  running: RunningRelease,
  means: {
    readonly names: { readonly green: string; readonly production: string }
    readonly bundle: SourceBundle
    readonly turnsBackAt: string | null
  },
): Promise<unknown> | null {
  const { step, track } = view.release
  if (track === 'forward' && step === means.turnsBackAt) return running.choose('roll-back')
  const shown = track === 'forward' ? view.steps[step] : view.rollbackSteps.find(({ id }) => id === step)
  const question = QUESTION_IDS.find((id) => view.answers[id] === undefined)
  if (step === 'independence' && question && shown?.proofs.some(({ id }) => id === 'questions'))
    return running.answer(question, 'yes')
  if (step === 'test' && shown?.proofs.some((each) => each.id === 'sign-off' && !isOpen(each)))
    return running.signOff('Looked at it')
  if (shown?.gates.some((each) => each.id === 'domains' && each.status === 'failed' && !isOpen(each)))
    return running.waive('swap', 'domains', 'One domain of the shop stays behind on purpose')
  if (shown?.status !== 'ready') return null
  const levers: Partial<Record<string, LeverInput>> = {
    clone: { step: 'clone', greenName: means.names.green, cnamePrefix: means.names.green },
    deploy: { step: 'deploy', versionLabel: '1.5.0', bundle: means.bundle },
    test: { step: 'test' },
    swap: { step: 'swap' },
    retire: { step: 'retire', typedUrl: means.names.production },
  }
  const lever = levers[step]
  return lever === undefined ? null : running.throwLever(lever)
}

/** What is the same of a journal whatever the moment: the steps, what was done, and which gates and proofs there were. */
function shapeOf(entries: readonly Entry[]) {
  const gates = entries.flatMap((entry) =>
    entry.kind === 'gate' ? [`${entry.step} ${entry.list} ${entry.gate.id}`] : [],
  )
  return {
    walked: entries.flatMap((entry) => {
      switch (entry.kind) {
        case 'entered':
        case 'proved':
        case 'lever-thrown':
          return [`${entry.kind} ${entry.step}`]
        case 'intent':
        case 'effect':
          return [`${entry.kind} ${entry.step} ${entry.action}`]
        case 'roll-back-chosen':
        case 'baseline':
          return [entry.kind]
        case 'ended':
          return [`ended ${entry.outcome}`]
        default:
          return []
      }
    }),
    gates: [...new Set(gates)].toSorted(),
    fingerprint: entries.flatMap((entry) => (entry.kind === 'baseline' ? [entry.fingerprint.kind] : [])),
  }
}
