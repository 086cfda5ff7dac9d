import { describe, expect, it } from 'vitest'
import { problem } from '../../../electron/contract/problem.ts'
import { settingRows } from '../../../electron/release/differences.ts'
import type { FidelityFacts as Fidelity } from '../../../electron/release/fidelity.ts'
import type { PartRule } from '../../../electron/release/ingress.ts'
import type { StepRecord } from '../../../electron/release/state.ts'
import type { Sight } from '../../../electron/release/step.ts'
import { clone } from '../../../electron/release/steps/clone.ts'
import type { Listener, OptionSetting as Setting } from '../../../electron/release/world.ts'
import { START } from '../cloud.ts'
import { environment, greenEnvironment, health, ok, sight, stateAt } from '../things.ts'

type Facts = Parameters<typeof clone.judge>[2]
type Before = Extract<Facts, { kind: 'before' }>
type After = Extract<Facts, { kind: 'after' }>

const denied = { ok: false, at: START, problem: problem('access-denied', 'No').problem } as const
const none = sight({ green: null, greenHealth: null })
const free: Before = {
  kind: 'before',
  cname: ok({ available: true, fullyQualified: 'shop-green.eu-central-1.elasticbeanstalk.com' }),
  quota: ok({ used: 3, maximum: 10 }),
  neighbours: { releases: ok([]), updates: ok([]) },
  nameTaken: false,
  options: null,
}
const update = (status: string) => ({
  releases: ok([]),
  updates: ok([{ id: '1', type: 'PlatformUpdate', status, description: 'to 6.6.1', windowStartsAt: null }]),
})
const options: NonNullable<Before['options']> = {
  settings: ok([]),
  base: ok([]),
  templates: ok([]),
  platforms: denied,
  dryRun: ok([]),
}
const said = { namespace: 'aws:autoscaling:asg', optionName: 'MinSize', message: 'Too large.' }
const another = { releases: ok([{ environment: 'shop-x', release: 'r-2' }]), updates: ok([]) }
const at = (record: Partial<StepRecord> = {}) => stateAt('clone', { clone: { leverAt: START, ...record } })

describe('the gates of clone', () => {
  it.each<[string, Partial<Before>, Partial<Sight>, readonly string[]]>([
    ['all is free', {}, {}, []],
    [
      'blue is not Ok',
      {},
      { blue: environment({ healthStatus: 'Warning', healthColor: 'Yellow' }) },
      ['blue-ok failed'],
    ],
    ['the name is taken', { nameTaken: true }, {}, ['name-free failed']],
    ['the URL is taken', { cname: ok({ available: false, fullyQualified: 'x' }) }, {}, ['cname-free failed']],
    ['the URL may not be asked for', { cname: denied }, {}, ['cname-free unknown']],
    ['the quota is used up', { quota: ok({ used: 10, maximum: 10 }) }, {}, ['quota failed']],
    ['one place is left', { quota: ok({ used: 9, maximum: 10 }) }, {}, []],
    ['the account names no limit', { quota: ok({ used: 90, maximum: null }) }, {}, []],
    ['the quota may not be read', { quota: denied }, {}, ['quota unknown']],
    ['a managed update is running', { neighbours: update('Running') }, {}, ['no-managed-update failed']],
    ['a managed update is pending', { neighbours: update('Pending') }, {}, ['no-managed-update failed']],
    ['a managed update is merely scheduled', { neighbours: update('Scheduled') }, {}, []],
    ['another Signalbox made a green too', { neighbours: another }, {}, ['only-release failed']],
    ['a dry run finds nothing', { options }, {}, []],
    [
      'a dry run is refused',
      { options: { ...options, dryRun: ok([{ ...said, severity: 'error' }]) } },
      {},
      ['settings-valid failed'],
    ],
    ['a dry run only warns', { options: { ...options, dryRun: ok([{ ...said, severity: 'warning' }]) } }, {}, []],
    ['a dry run may not be made', { options: { ...options, dryRun: denied } }, {}, ['settings-valid unknown']],
    ['tags may not be read', { neighbours: { releases: denied, updates: ok([]) } }, {}, ['only-release unknown']],
  ])('%s', (_words, facts, seen, expected) => {
    const { gates } = clone.judge(at(), { ...none, ...seen }, { ...free, ...facts })
    expect(
      (gates ?? []).filter(({ status }) => status !== 'passed').map(({ id, status }) => `${id} ${status}`),
    ).toEqual(expected)
  })
})

describe('clone', () => {
  const created = (milliseconds: number) => at({ effects: { 'create-environment': START - milliseconds } })

  it('creates green once', () => {
    expect(clone.judge(at(), none, free).due).toBe('create-environment')
    expect(clone.judge(created(1000), none, free)).toMatchObject({ due: null, stuck: null, gates: null })
  })

  it('says that green is lost only once reads cannot lag any more', () => {
    expect(clone.judge(created(30_000), none, free).stuck).toBeNull()
    expect(clone.judge(created(31_000), none, free).stuck?.code).toBe('drift')
  })

  const minimum = (value: string): Setting => ({
    namespace: 'aws:autoscaling:asg',
    optionName: 'MinSize',
    value,
    resourceName: null,
  })
  const tags = ok([{ key: 'team', value: 'web' }])
  const settings = ok([minimum('2')])
  const both = <T>(value: T) => ({ blue: value, green: value })
  const alike: Fidelity = {
    settings: both(settings),
    tags: both(tags),
    stacks: both(ok([])),
    rules: ok([]),
    listeners: both(ok([])),
    saved: null,
    settingRows: settingRows([minimum('2')], [minimum('2')], both([])),
    ingress: { extra: [], missing: [], replaced: [], same: [] },
  }
  const same: After = { kind: 'after', templateLeft: false, fidelity: alike }
  const but = (change: Partial<Fidelity>): Partial<After> => ({ fidelity: { ...alike, ...change } })
  const everywhere: PartRule = {
    logicalId: 'AWSEBLoadBalancerSecurityGroup',
    part: 'load balancer',
    protocol: 'tcp',
    fromPort: 80,
    toPort: 80,
    source: '0.0.0.0/0',
  }
  const office = { ...everywhere, source: '10.0.0.0/8' }
  const secure: Listener = { port: 443, protocol: 'HTTPS', certificates: ['arn:a/1'], policy: null }

  it.each<[string, Partial<After>, Partial<Sight>, readonly string[]]>([
    ['a true copy', {}, {}, []],
    [
      'a setting differs',
      but({ settingRows: settingRows([minimum('2')], [minimum('1')], both([])) }),
      {},
      ['same-settings failed'],
    ],
    ['settings may not be read', but({ settings: { blue: settings, green: denied } }), {}, ['same-settings unknown']],
    ['a tag is missing', but({ tags: { blue: tags, green: ok([]) } }), {}, ['same-tags failed']],
    [
      'a tag has another value',
      but({ tags: { blue: tags, green: ok([{ key: 'team', value: 'x' }]) } }),
      {},
      ['same-tags failed'],
    ],
    [
      "AWS's own tags need not agree",
      but({
        tags: {
          blue: ok([
            { key: 'elasticbeanstalk:environment-id', value: '1' },
            { key: 'Name', value: 'x' },
          ]),
          green: ok([]),
        },
      }),
      {},
      [],
    ],
    ['tags may not be read', but({ tags: { blue: denied, green: tags } }), {}, ['same-tags unknown']],
    [
      'the platform of blue was updated meanwhile',
      {},
      { blue: environment({ platformArn: 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 24/6.7.0' }) },
      ['same-platform failed'],
    ],
    [
      'green is open to the internet',
      but({ ingress: { extra: [everywhere], missing: [office], replaced: [], same: [] } }),
      {},
      ['same-ingress failed'],
    ],
    ['security groups may not be read', but({ rules: denied, ingress: null }), {}, ['same-ingress unknown']],
    ['a stack may not be read', but({ stacks: { blue: denied, green: ok([]) } }), {}, ['same-ingress unknown']],
    ['a listener is missing', but({ listeners: { blue: ok([secure]), green: ok([]) } }), {}, ['same-listeners failed']],
    [
      'a listener has another certificate',
      but({ listeners: { blue: ok([secure]), green: ok([{ ...secure, certificates: ['arn:a/2'] }]) } }),
      {},
      ['same-listeners failed'],
    ],
    ['listeners may not be read', but({ listeners: { blue: denied, green: ok([]) } }), {}, ['same-listeners unknown']],
    ['blue has scaled out', {}, { blueHealth: health({}, 4, '1.4.2') }, ['same-capacity failed']],
    [
      'green is large enough and still starts',
      but({ settings: both(ok([minimum('4')])) }),
      { blueHealth: health({}, 4, '1.4.2') },
      ['same-capacity waiting'],
    ],
    ['nothing counts the instances', {}, { blueHealth: null }, []],
    ['the template is still there', { templateLeft: true }, {}, ['template-gone waiting']],
    [
      'green is Pending',
      {},
      { green: greenEnvironment({ healthStatus: 'Pending', healthColor: 'Grey' }) },
      ['green-ok waiting'],
    ],
  ])('proves the copy: %s', (_words, facts, seen, expected) => {
    const { proofs } = clone.judge(created(60_000), sight(seen), { ...same, ...facts })
    expect(proofs.filter(({ status }) => status !== 'passed').map(({ id, status }) => `${id} ${status}`)).toEqual(
      expected,
    )
  })

  it('deletes the temporary template once green is Ready', () => {
    expect(clone.judge(created(60_000), sight(), { ...same, templateLeft: true }).due).toBe('delete-template')
    const launching = sight({ green: greenEnvironment({ status: 'Launching' }) })
    expect(clone.judge(created(60_000), launching, { ...same, templateLeft: true, fidelity: null })).toMatchObject({
      due: null,
      proofs: [],
    })
  })

  it.each<[string, Partial<Sight>, boolean]>([
    ['green is Red', { green: greenEnvironment({ healthStatus: 'Severe', healthColor: 'Red' }) }, true],
    ['green is still Pending', { green: greenEnvironment({ healthStatus: 'Pending', healthColor: 'Grey' }) }, false],
    [
      'green is Pending after ten minutes',
      { at: START + 601_000, green: greenEnvironment({ healthStatus: 'Pending', healthColor: 'Grey' }) },
      true,
    ],
    ['green is terminated by another hand', { green: greenEnvironment({ status: 'Terminated' }) }, true],
  ])('asks the operator when %s: %s', (_words, seen, isStuck) => {
    expect(clone.judge(created(60_000), sight(seen), same).stuck !== null).toBe(isStuck)
  })
})
