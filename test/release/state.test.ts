import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACTIONS, type Entry, entrySchema } from '../../electron/contract/entries.ts'
import { STEP_IDS } from '../../electron/contract/steps.ts'
import { apply, begin, recordOf, replay, rolesOf, stepsOf } from '../../electron/release/state.ts'
import { gate } from '../../electron/release/step.ts'
import { begunAt } from './drive.ts'
import { fakeAccount } from './world.ts'

const [started] = begunAt(fakeAccount())
if (started?.kind !== 'started') throw new Error('A release begins with `started`')

const at = fc.integer({ min: 0, max: 4_102_444_800_000 })
const step = fc.constantFrom(...STEP_IDS)
const action = fc.constantFrom(...ACTIONS)
const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const status = fc.constantFrom<('passed' | 'failed' | 'waiting' | 'unknown')[]>(
  'passed',
  'failed',
  'waiting',
  'unknown',
)
const answer = fc.constantFrom<('blue' | 'green' | 'mixed' | 'foreign' | 'silent' | 'error')[]>(
  'blue',
  'green',
  'mixed',
  'foreign',
  'silent',
  'error',
)

/** Any entry but `started`, in any order: the state must hold for journals that no release would write, too. */
const entry = fc.oneof(
  fc.record({ kind: fc.constant('entered' as const), at, step }),
  fc
    .record({
      at,
      step,
      list: fc.constantFrom('gates' as const, 'proofs' as const),
      id: fc.constantFrom('a', 'b'),
      status,
    })
    .map(({ id, status: verdict, ...rest }) => ({
      kind: 'gate' as const,
      ...rest,
      gate: gate(id, id, verdict, '', []),
    })),
  fc.record({ kind: fc.constant('waived' as const), at, step, gate: fc.constantFrom('a', 'b'), reason: text }),
  fc.record({ kind: fc.constant('lever-thrown' as const), at, step }),
  fc.record({ kind: fc.constant('green-named' as const), at, name: text, cnamePrefix: text }),
  fc.record({ kind: fc.constant('green-found' as const), at, id: text }),
  fc.record({ kind: fc.constant('version-chosen' as const), at, label: text, bundle: fc.constant(null) }),
  fc.record({ kind: fc.constant('bundle-stored' as const), at, bucket: text, key: text }),
  fc.record({ kind: fc.constant('intent' as const), at, step, action, detail: text }),
  fc.record({ kind: fc.constant('effect' as const), at, step, action, detail: text }),
  fc.record({
    kind: fc.constant('refused' as const),
    at,
    step,
    action,
    problem: fc.constant({ code: 'network' as const, title: 'x' }),
    passing: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('round' as const),
    at,
    passed: fc.boolean(),
    results: fc.array(fc.record({ path: text, passed: fc.boolean(), said: text }), { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('signed-off' as const), at, note: text }),
  fc.record({
    kind: fc.constant('sighting' as const),
    at,
    server: fc.constantFrom('A', 'B'),
    address: text,
    answer,
    ttlSeconds: fc.option(fc.nat()),
    said: text,
  }),
  fc.record({
    kind: fc.constant('addresses' as const),
    at,
    colour: fc.constantFrom('blue' as const, 'green' as const),
    addresses: fc.array(text, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('proved' as const), at, step }),
  fc.record({ kind: fc.constant('returned' as const), at, step, why: text }),
  fc.record({ kind: fc.constant('roll-back-chosen' as const), at, swapped: fc.boolean() }),
  fc.record({
    kind: fc.constant('event' as const),
    at,
    event: fc.record({ at, severity: text, environmentName: fc.option(text), message: text }),
  }),
  fc.record({
    kind: fc.constant('ended' as const),
    at,
    outcome: fc.constantFrom('completed' as const, 'rolled-back' as const, 'stopped' as const),
  }),
)
const journal = fc.array(entry, { maxLength: 60 })

describe('any journal', () => {
  it('gives the same state at once and entry by entry', () => {
    fc.assert(
      fc.property(journal, (entries) => {
        expect(replay([started, ...entries])).toEqual(entries.reduce(apply, begin(started)))
      }),
    )
  })

  it('gives a state that can be written down and read again', () => {
    fc.assert(
      fc.property(journal, (entries) => {
        const state = replay([started, ...entries])
        expect(JSON.parse(JSON.stringify(state))).toEqual(state)
      }),
    )
  })

  it('gives the same state after its entries went through the disk', () => {
    fc.assert(
      fc.property(journal, (entries) => {
        const read = entries.map((each) => entrySchema.parse(JSON.parse(JSON.stringify(each))))
        expect(replay([started, ...read])).toEqual(replay([started, ...entries]))
      }),
    )
  })

  it('never changes what it was given', () => {
    fc.assert(
      fc.property(journal, entry, (entries, next) => {
        const state = replay([started, ...entries])
        const before = JSON.stringify(state)
        apply(state, next)
        expect(JSON.stringify(state)).toBe(before)
      }),
    )
  })

  it('keeps for the screen the newest 200 events at most', () => {
    const event = { at: 1, severity: 'INFO', environmentName: null, message: 'm' }
    const many = Array.from({ length: 300 }, (_, at): Entry => ({ kind: 'event', at, event: { ...event, at } }))
    const { events } = replay([started, ...many])
    expect([events.length, events.at(-1)?.at]).toEqual([200, 299])
  })
})

describe('a journal', () => {
  const from = (...entries: readonly Entry[]) => replay([started, ...entries])

  it('that does not begin with its release is refused', () => {
    expect(() => replay([])).toThrow('begins with its release')
    expect(() => replay([{ kind: 'proved', at: 1, step: 'swap' }])).toThrow('begins with its release')
  })

  it('forgets, on a return, what the step and all after it had proved, and the waivers with it', () => {
    const state = from(
      { kind: 'proved', at: 1, step: 'clone' },
      { kind: 'waived', at: 2, step: 'test', gate: 'capacity', reason: 'enough for now' },
      { kind: 'proved', at: 3, step: 'test' },
      { kind: 'round', at: 3, passed: true, results: [] },
      { kind: 'signed-off', at: 3, note: '' },
      { kind: 'returned', at: 4, step: 'deploy', why: 'another version' },
    )
    expect(state.forward.clone.provedAt).toBe(1)
    expect(state.forward.test).toMatchObject({ provedAt: null, waivers: {} })
    expect(state).toMatchObject({ rounds: [], signOff: null, release: { step: 'deploy' } })
  })

  it('takes the lever back when AWS refuses for good, and not while it may pass', () => {
    const refused = (passing: boolean): Entry => ({
      kind: 'refused',
      at: 2,
      step: 'swap',
      action: 'swap-cnames',
      problem: { code: 'network', title: 'x' },
      passing,
    })
    const thrown: Entry = { kind: 'lever-thrown', at: 1, step: 'swap' }
    expect(from(thrown, refused(true)).forward.swap.leverAt).toBe(1)
    expect(from(thrown, refused(false)).forward.swap.leverAt).toBeNull()
  })

  it('forgets intents and effects when a lever is thrown again', () => {
    const state = from(
      { kind: 'intent', at: 1, step: 'deploy', action: 'deploy-version', detail: '' },
      { kind: 'effect', at: 2, step: 'deploy', action: 'deploy-version', detail: '' },
      { kind: 'lever-thrown', at: 3, step: 'deploy' },
    )
    expect(state.forward.deploy).toMatchObject({ leverAt: 3, intents: {}, effects: {}, refusal: null })
  })

  it('begins a new TTL window with each swap and with the way back', () => {
    const seen: Entry = { kind: 'sighting', at: 1, server: 'A', address: '', answer: 'blue', ttlSeconds: 60, said: '' }
    expect(from(seen).sightings['A']).toHaveLength(1)
    expect(from(seen, { kind: 'lever-thrown', at: 2, step: 'swap' }).sightings).toEqual({})
    expect(from(seen, { kind: 'roll-back-chosen', at: 2, swapped: true }).sightings).toEqual({})
  })

  it('keeps the two tracks apart', () => {
    const state = from(
      { kind: 'proved', at: 1, step: 'swap' },
      { kind: 'roll-back-chosen', at: 2, swapped: true },
      { kind: 'entered', at: 3, step: 'swap' },
    )
    expect(state.forward.swap.provedAt).toBe(1)
    expect(recordOf(state, 'swap')).toMatchObject({ enteredAt: 3, provedAt: null })
  })

  it.each([
    [true, ['swap', 'propagation', 'retire']],
    [false, ['retire']],
  ] as const)('rolls back by the steps that fit (swapped: %s)', (swapped, steps) => {
    expect(stepsOf(from({ kind: 'roll-back-chosen', at: 1, swapped }))).toEqual(steps)
  })

  it('exchanges the parts of blue and green on the way back', () => {
    expect([rolesOf('forward'), rolesOf('rollback')]).toEqual([
      { to: 'green', from: 'blue' },
      { to: 'blue', from: 'green' },
    ])
  })
})
