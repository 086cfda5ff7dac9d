import { describe, expect, it } from 'vitest'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { STEP_IDS } from '../../electron/contract/steps.ts'
import { rolesOf, rollBackLines, shownStepOf, stepsOf } from '../../renderer/roles.ts'
import { environment, lane, releaseView, stepView } from './views.ts'

const green = lane('green', { environment: environment({ id: 'e-grn987xyz6', name: 'shop-green-1123' }) })

function onTheWayBack(): ReleaseView {
  const view = releaseView('swap', {})
  return {
    ...view,
    release: { ...view.release, track: 'rollback', step: 'propagation' },
    rollbackSteps: [stepView('swap', 'proved'), stepView('propagation', 'watching'), stepView('retire')],
  }
}

describe('the way forward and the way back', () => {
  it('moves production to green, and back to blue', () => {
    expect(rolesOf(releaseView('swap', {})).toColour).toBe('green')
    expect(rolesOf(onTheWayBack()).toColour).toBe('blue')
  })

  it('walks the seven steps forward, and main’s own steps back', () => {
    expect(stepsOf(releaseView('swap', {})).map(({ id }) => id)).toEqual(STEP_IDS)
    expect(stepsOf(onTheWayBack()).map(({ id }) => id)).toEqual(['swap', 'propagation', 'retire'])
  })

  it('shows the step that is looked at, and the current one where that is not on this track', () => {
    expect(shownStepOf(releaseView('swap', {}), 'clone').id).toBe('clone')
    expect(shownStepOf(releaseView('swap', {}), null).id).toBe('swap')
    expect(shownStepOf(onTheWayBack(), 'clone').id).toBe('propagation')
  })
})

describe('what rolling back says that it does', () => {
  it('has nothing to remove before green is made', () => {
    expect(rollBackLines(releaseView('clone', {})).join(' ')).toContain('Nothing was made')
  })

  it('terminates green by its id before the swap', () => {
    const lines = rollBackLines(releaseView('test', {}, { lanes: { blue: lane('blue'), green } })).join(' ')
    expect(lines).toContain('e-grn987xyz6')
    expect(lines).toContain('is terminated')
    expect(lines).not.toContain('aborted')
  })

  it('says that a running update is aborted first', () => {
    const updating = lane('green', { environment: environment({ status: 'Updating' }) })
    expect(
      rollBackLines(releaseView('deploy', {}, { lanes: { blue: lane('blue'), green: updating } })).join(' '),
    ).toContain('aborted first')
  })

  it('swaps back before it removes green, once green holds production', () => {
    const lines = rollBackLines(
      releaseView(
        'propagation',
        {},
        { lanes: { blue: lane('blue', { holdsProduction: false }), green: { ...green, holdsProduction: true } } },
      ),
    )
    expect(lines[0]).toContain('goes back to blue')
    expect(lines.at(-1)).toContain('is terminated')
  })
})
