import { describe, expect, it } from 'vitest'
import { type Account, advanceTo } from '../../../electron/practice/model/account.ts'
import { abortUpdate } from '../../../electron/practice/model/configure.ts'
import {
  createEnvironment,
  findEnvironment,
  rebuildEnvironment,
  updateEnvironment,
} from '../../../electron/practice/model/environments.ts'
import { findEvents } from '../../../electron/practice/model/events.ts'
import { healthOf } from '../../../electron/practice/model/health.ts'
import { publicNames } from '../../../electron/practice/model/public-names.ts'
import type { EnvironmentRecord } from '../../../electron/practice/model/records.ts'
import { createPracticeAccount } from '../../../electron/practice/model/seed.ts'
import { swapCnames } from '../../../electron/practice/model/swap.ts'
import { createTemplate } from '../../../electron/practice/model/templates.ts'
import { terminateEnvironment } from '../../../electron/practice/model/terminate.ts'
import { recordTraffic } from '../../../electron/practice/model/traffic.ts'
import { createVersion, DEFAULT_BEHAVIOUR } from '../../../electron/practice/model/versions.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')

function open(seed = 1): Account {
  return createPracticeAccount({ accountId: '123456789012', region: 'eu-central-1', seed, now: NOON })
}

function wait(account: Account, seconds: number): void {
  advanceTo(account, account.now + seconds * 1000)
}

function shop(account: Account): EnvironmentRecord {
  return findEnvironment(account, { name: 'shop-production' })
}

function clone(account: Account, tags?: readonly { key: string; value: string }[]): EnvironmentRecord {
  const name = `saved-${account.templates.size}`
  createTemplate(account, { applicationName: 'shop', name, environment: shop(account), settings: [] })
  return createEnvironment(
    account,
    {
      applicationName: 'shop',
      environmentName: 'shop-green',
      cnamePrefix: 'shop-green',
      templateName: name,
      versionLabel: '1.4.2',
      settings: [],
      tags,
    },
    'request-create',
  )
}

function version(account: Account, label: string, behaviour: Partial<typeof DEFAULT_BEHAVIOUR> = {}): void {
  createVersion(account, {
    applicationName: 'shop',
    label,
    sourceBundle: { bucket: 'b', key: label },
    sound: true,
    process: false,
    behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
  })
}

describe('the same seed and the same calls', () => {
  it('give the same ids, events and times', () => {
    const live = (): string => {
      const account = open(7)
      const green = clone(account)
      wait(account, 400)
      swapCnames(account, shop(account), green, account.random.uuid())
      wait(account, 60)
      terminateEnvironment(account, shop(account), account.random.uuid())
      wait(account, 400)
      return JSON.stringify([
        account.events,
        [...account.environments.values()].map(({ id, cname, front, status }) => [id, cname, front, status]),
      ])
    }
    expect(live()).toBe(live())
    expect(open(7).environments.keys().next().value).not.toBe(open(8).environments.keys().next().value)
  })

  it('do not depend on the steps the clock takes', () => {
    const messages = (steps: number): unknown => {
      const account = open()
      clone(account)
      for (let step = 0; step < steps; step += 1) wait(account, 600 / steps)
      return account.events.map(({ date, message }) => [date, message])
    }
    expect(messages(600)).toEqual(messages(1))
  })
})

describe('cloning by a saved configuration', () => {
  it('carries settings and tags, and new tags drive the saved ones out', () => {
    const account = open()
    const green = clone(account)
    expect(green.settings).toEqual(shop(account).settings)
    expect(green.tags.map(({ key }) => key)).toContain('cost-center')
    wait(account, 400)
    terminateEnvironment(account, green, 'r')
    wait(account, 300)
    expect(clone(account, [{ key: 'signalbox:release', value: '1' }]).tags.map(({ key }) => key)).not.toContain(
      'cost-center',
    )
  })

  it('gives a coupled environment a new and empty database, which takes eleven minutes more', () => {
    const account = open()
    const ledger = findEnvironment(account, { name: 'ledger-production' })
    createTemplate(account, { applicationName: 'ledger', name: 'saved', environment: ledger, settings: [] })
    const green = createEnvironment(
      account,
      {
        applicationName: 'ledger',
        environmentName: 'ledger-green',
        templateName: 'saved',
        versionLabel: '8',
        settings: [],
      },
      'r',
    )
    const before = account.databases.size
    wait(account, 500)
    expect(green.status).toBe('Launching')
    expect(account.databases.size).toBe(before + 1)
    wait(account, 600)
    expect(green.status).toBe('Ready')
  })
})

describe('what goes wrong', () => {
  it('launches an environment Ready and Red when told to', () => {
    const account = open()
    account.faults.createEndsRed = 1
    const green = clone(account)
    wait(account, 400)
    expect([green.status, healthOf(account, green).status]).toEqual(['Ready', 'Severe'])
    const messages = findEvents(account, { environmentId: green.id }).map(({ message }) => message)
    expect(messages).toContain(
      'Launched environment: shop-green. However, there were issues during launch. See event log for details.',
    )
  })

  it('leaves one instance on the old version though everything is Ready and Green', () => {
    const account = open()
    version(account, '1.5.0')
    account.faults.mixedInstances = 1
    updateEnvironment(account, shop(account), { versionLabel: '1.5.0', set: [], remove: [] }, 'r')
    wait(account, 60)
    expect(shop(account)).toMatchObject({ status: 'Ready', versionLabel: '1.5.0' })
    expect(healthOf(account, shop(account)).status).toBe('Ok')
    expect(shop(account).instances.map(({ versionLabel }) => versionLabel)).toEqual(['1.5.0', '1.4.2'])
  })

  it('leaves a mix of versions when a rolling deployment is aborted, with the old label', () => {
    const account = open()
    version(account, '1.5.0')
    const rolling = [
      { namespace: 'aws:elasticbeanstalk:command', optionName: 'DeploymentPolicy', value: 'Rolling' },
      { namespace: 'aws:elasticbeanstalk:command', optionName: 'BatchSizeType', value: 'Fixed' },
      { namespace: 'aws:elasticbeanstalk:command', optionName: 'BatchSize', value: '1' },
    ]
    updateEnvironment(account, shop(account), { set: rolling, remove: [] }, 'r')
    wait(account, 120)
    updateEnvironment(account, shop(account), { versionLabel: '1.5.0', set: [], remove: [] }, 'r2')
    wait(account, 33)
    expect(healthOf(account, shop(account)).causes).toEqual(['Command is executing on 1 out of 2 instances.'])
    abortUpdate(account, shop(account), 'r3')
    wait(account, 30)
    expect(shop(account)).toMatchObject({ status: 'Ready', versionLabel: '1.4.2' })
    expect(shop(account).instances.map(({ versionLabel }) => versionLabel)).toEqual(['1.5.0', '1.4.2'])
  })

  it('turns health by what is served', () => {
    const account = open()
    const [instance] = shop(account).instances
    if (instance === undefined) throw new Error('There are no instances.')
    const serve = (statusCode: number, count: number): void =>
      recordTraffic(instance.traffic, account.now, { statusCode, latencyMilliseconds: 20, count })
    serve(200, 95)
    serve(500, 5)
    expect(healthOf(account, shop(account))).toEqual({
      status: 'Warning',
      color: 'Yellow',
      causes: ['5.0 % of the requests are failing with HTTP 5xx.'],
    })
    serve(503, 100)
    expect(healthOf(account, shop(account)).status).toBe('Severe')
    wait(account, 120)
    expect(healthOf(account, shop(account)).status).toBe('Ok')
  })
})

describe('a terminated environment', () => {
  it('frees its name for anyone, can come back for 42 days, and then no longer', () => {
    const account = open()
    const production = shop(account)
    const names = (): readonly string[] => publicNames(account).map(({ name }) => name)
    terminateEnvironment(account, production, 'r')
    wait(account, 300)
    expect(names()).not.toContain('shop.eu-central-1.elasticbeanstalk.com')
    account.foreignNames.add('shop.eu-central-1.elasticbeanstalk.com')
    expect(() => rebuildEnvironment(account, production, 'r')).toThrow(
      'DNS name (shop.eu-central-1.elasticbeanstalk.com) is not available.',
    )
    account.foreignNames.clear()
    rebuildEnvironment(account, production, 'r')
    wait(account, 400)
    expect(production.status).toBe('Ready')
    expect(names()).toContain('shop.eu-central-1.elasticbeanstalk.com')
    terminateEnvironment(account, production, 'r')
    wait(account, 43 * 86_400)
    expect(() => rebuildEnvironment(account, production, 'r')).toThrow('No Environment found')
  })
})
