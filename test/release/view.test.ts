import { describe, expect, it } from 'vitest'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { STEP_IDS } from '../../electron/contract/steps.ts'
import { replay } from '../../electron/release/state.ts'
import { summaryOf } from '../../electron/release/view.ts'
import { begunAt, drive, type Operator, open, statusOf, whole } from './drive.ts'
import { fakeAccount } from './world.ts'

/** Every view that an operator could see at a rest of the engine. */
async function viewsOf(operator: Operator): Promise<readonly ReleaseView[]> {
  const account = fakeAccount()
  const views: ReleaseView[] = []
  const last = await drive(account, open(account, begunAt(account)), {
    operator: (view, running) => {
      views.push(view)
      return operator(view, running)
    },
  })
  return [...views, last]
}

const thereAndBack: Operator = (view, running) =>
  view.release.track === 'forward' && view.release.step === 'propagation' && statusOf(view) === 'watching'
    ? running.choose('roll-back')
    : whole(view, running)

describe.each([
  ['forward to the end', whole],
  ['there and back', thereAndBack],
] as const)('every view of a release %s', async (_words, operator) => {
  const views = await viewsOf(operator)
  const before = views.slice(0, -1)

  it('can be sent to another process', () => {
    for (const view of views) expect(structuredClone(view)).toEqual(view)
  })

  it('offers a way on, and always the way to stop', () => {
    expect(before.filter(({ choices }) => !choices.some(({ id }) => id === 'stop'))).toEqual([])
    expect(views.at(-1)?.choices).toEqual([])
  })

  it('shows exactly one lane with the production URL', () => {
    const wrong = views.filter(({ lanes }) => lanes.blue.holdsProduction === lanes.green.holdsProduction)
    expect(wrong).toEqual([])
  })

  it('never goes back in time or forgets a proof', () => {
    const proofs = views.map(
      ({ steps, rollbackSteps }) =>
        [...Object.values(steps), ...rollbackSteps].filter(({ provedAt }) => provedAt !== null).length,
    )
    expect(proofs).toEqual(proofs.toSorted((a, b) => a - b))
    const clocks = views.map(({ clock }) => clock.at)
    expect(clocks).toEqual(clocks.toSorted((a, b) => a - b))
  })

  it('gives every progress a fraction between 0 and 1, or none', () => {
    const fractions = views.flatMap(({ steps, rollbackSteps }) =>
      [...Object.values(steps), ...rollbackSteps].flatMap(({ progress }) => progress?.fraction ?? []),
    )
    expect(fractions.length).toBeGreaterThan(0)
    expect(fractions.filter((fraction) => !(fraction >= 0 && fraction <= 1))).toEqual([])
  })
})

describe('the views on the way', async () => {
  const views = await viewsOf(whole)
  const before = views.slice(0, -1)

  it('show each step ahead and then proved', () => {
    for (const id of STEP_IDS.slice(2)) {
      const statuses = views.map(({ steps }) => steps[id].status)
      expect([statuses.at(0), statuses.at(-1)]).toEqual(['ahead', 'proved'])
    }
  })

  it('offer the way back until the termination is asked for', () => {
    const offers = (view: ReleaseView) => view.choices.some(({ id }) => id === 'roll-back')
    const isBefore = (view: ReleaseView) => view.release.step !== 'retire' || statusOf(view) === 'ready'
    expect(before.filter((view) => isBefore(view) && !offers(view))).toEqual([])
    const after = before.filter(({ lanes }) => lanes.blue.environment?.status === 'Terminating')
    expect(after.length).toBeGreaterThan(0)
    expect(after.filter(offers)).toEqual([])
  })

  it('show blue gone and green with the production URL at the end', () => {
    expect(views.at(-1)?.lanes).toMatchObject({
      blue: { gone: true, holdsProduction: false },
      green: { gone: false, holdsProduction: true },
    })
  })
})

it('one line of the home screen says what the release is', () => {
  const state = replay(begunAt(fakeAccount()))
  expect(summaryOf(state, true)).toMatchObject({
    id: 'rel-0001',
    application: 'shop',
    outcome: null,
    step: 'independence',
    track: 'forward',
    damaged: true,
    versionLabel: null,
  })
})
