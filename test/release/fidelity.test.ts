import { describe, expect, it } from 'vitest'
import type { Fidelity, Repair } from '../../electron/contract/clone.ts'
import type { OptionSetting } from '../../electron/release/world.ts'
import { BLUE_ID } from './cloud.ts'
import { begunAt, drive, type Operator, open, upTo, whole } from './drive.ts'
import { fakeAccount } from './world.ts'

const at = (namespace: string, optionName: string, value: string): OptionSetting => ({
  namespace,
  optionName,
  value,
  resourceName: null,
})
const ASG = 'aws:autoscaling:asg'
const PROPERTIES = 'aws:elasticbeanstalk:application:environment'

/** Walks until green stands, with what an operator of another account did just before it was compared. */
async function cloned(prepare: (account: ReturnType<typeof fakeAccount>) => void) {
  const account = fakeAccount()
  prepare(account)
  const session = open(account, begunAt(account))
  await drive(account, session, { until: (view) => Boolean(view.fidelity) })
  return { account, session, picture: session.view().fidelity }
}

/** An operator who asks for a repair once, where it is offered. */
function repairing(repair: Repair['id']): Operator {
  let isAsked = false
  return (view, running) => {
    if (isAsked || view.release.step !== 'clone' || !view.fidelity?.repairs.some(({ id }) => id === repair))
      return whole(view, running)
    isAsked = true
    return running.throwLever({ step: 'clone', repair })
  }
}

function row(picture: Fidelity | null | undefined, name: string) {
  return picture?.rows.find((each) => each.name === name)
}

describe('a clone beside blue', () => {
  it('never shows the value of a property, neither same nor other', async () => {
    const { picture } = await cloned(({ blue }) => {
      blue.settings = [
        ...blue.settings,
        at(PROPERTIES, 'DB_PASSWORD', 'hunter2'),
        at('aws:cloudformation:template:parameter', 'EnvironmentVariables', 'DB_PASSWORD=hunter2'),
      ]
    })
    expect(row(picture, `${PROPERTIES}/DB_PASSWORD`)).toMatchObject({ blue: 'set', green: 'set', verdict: 'same' })
    expect(JSON.stringify(picture)).not.toContain('hunter2')
  })

  it('gives green the rules of blue, once, and touches no group of blue', async () => {
    const { account, session } = await cloned(({ ingress, before, green }) => {
      const rule = { protocol: 'tcp', fromPort: 80, toPort: 80 }
      const blue = { ...rule, groupId: `sg-${BLUE_ID}`, source: '10.0.0.0/8' }
      ingress.push(blue)
      before('ingress', () => ingress.push({ ...blue, groupId: `sg-${green()?.id}`, source: '0.0.0.0/0' }))
    })
    const green = account.green()
    expect(session.view().steps.clone.proofs.find(({ id }) => id === 'same-ingress')?.status).toBe('failed')
    await drive(account, session, { ...upTo('deploy'), operator: repairing('ingress') })
    expect(account.ingress.map(({ groupId, source }) => `${groupId} ${source}`)).toEqual([
      `sg-${BLUE_ID} 10.0.0.0/8`,
      `sg-${green?.id} 10.0.0.0/8`,
    ])
    expect(account.count('createEnvironment')).toBe(1)
  })

  it('refuses a repair that nothing asks for', async () => {
    const { account, session } = await cloned(() => {})
    let isAsked = false
    await drive(account, session, {
      ...upTo('deploy'),
      operator: (view, running) => {
        if (isAsked) return whole(view, running)
        isAsked = true
        return running.throwLever({ step: 'clone', repair: 'capacity' })
      },
    })
    expect(session.refusals).toHaveLength(1)
    expect(account.count('updateSettings')).toBe(0)
  })

  it('holds managed updates off on green until blue is gone, and leaves blue alone', async () => {
    const MANAGED = 'aws:elasticbeanstalk:managedactions'
    const account = fakeAccount()
    const managed = (environment: { readonly settings: readonly OptionSetting[] } | null) =>
      environment?.settings.find(({ optionName }) => optionName === 'ManagedActionsEnabled')?.value
    account.blue.settings = [...account.blue.settings, at(MANAGED, 'ManagedActionsEnabled', 'true')]
    const session = open(account, begunAt(account))
    await drive(account, session, upTo('retire'))
    expect([managed(account.blue), managed(account.green())]).toEqual(['true', 'false'])
    await drive(account, session)
    expect(session.view().release.outcome).toBe('completed')
    expect([managed(account.blue), managed(account.green())]).toEqual(['true', 'true'])
    expect(account.count('updateSettings')).toBe(1)
  })

  it('scales green to the size of blue for the time of the release', async () => {
    const { account, session } = await cloned(({ blue }) => {
      blue.instances = 4
    })
    expect(session.view().steps.clone.proofs.find(({ id }) => id === 'same-capacity')?.status).toBe('failed')
    const minimum = () => account.green()?.settings.find((each) => each.namespace === ASG)?.value
    await drive(account, session, {
      operator: repairing('capacity'),
      until: (view) => {
        const green = account.green()
        // What its Auto Scaling group does by itself.
        if (green && minimum() === '4') green.instances = 4
        return view.release.step === 'retire'
      },
    })
    expect(minimum()).toBe('4')
    await drive(account, session)
    expect(minimum()).toBe('2')
  })
})

describe('a clone from a saved configuration', () => {
  it('has what that says, which is shown and not held against it, and leaves the saved configuration there', async () => {
    const account = fakeAccount()
    account.templates.set('large', [at(ASG, 'MinSize', '3'), at('aws:ec2:instances', 'InstanceTypes', 't3.large')])
    const session = open(account, begunAt(account))
    await drive(account, session, {
      ...upTo('deploy'),
      operator: (view, running) => {
        const { green, step } = view.release
        if (step !== 'clone' || view.steps.clone.status !== 'ready') return whole(view, running)
        const options = { platform: 'same', template: 'large', instanceTypes: null, minSize: null } as const
        return running.throwLever({ step, greenName: green.name, cnamePrefix: green.cnamePrefix, options })
      },
    })
    expect(session.view().release.step).toBe('deploy')
    expect(row(session.view().fidelity, `${ASG}/MinSize`)).toMatchObject({ blue: '2', green: '3', verdict: 'expected' })
    expect(account.mutations.filter((name) => name.endsWith('Template'))).toEqual([])
    expect([...account.templates.keys()]).toEqual(['large'])
  })

  it('is refused by a dry run before anything is made', async () => {
    const account = fakeAccount()
    const session = open(account, begunAt(account))
    await drive(account, session, upTo('clone'))
    account.objections.push({ severity: 'error', namespace: ASG, optionName: 'MinSize', message: 'Too large.' })
    let isAsked = false
    await drive(account, session, {
      operator: (view, running) => {
        if (isAsked) return null
        isAsked = true
        const { green } = view.release
        const options = { platform: 'same', template: null, instanceTypes: null, minSize: 40 } as const
        return running.throwLever({ step: 'clone', greenName: green.name, cnamePrefix: green.cnamePrefix, options })
      },
      until: () => isAsked && session.refusals.length > 0,
    })
    expect(session.refusals.join()).toContain('Too large.')
    expect(account.mutations).toEqual([])
  })
})
