import { describe, expect, it } from 'vitest'
import type { ApplicationVersion } from '../../../electron/contract/models.ts'
import { problem } from '../../../electron/contract/problem.ts'
import type { StepRecord } from '../../../electron/release/state.ts'
import type { Sight } from '../../../electron/release/step.ts'
import { deploy } from '../../../electron/release/steps/deploy.ts'
import type { BundleContents } from '../../../electron/release/world.ts'
import { START } from '../cloud.ts'
import { BUNDLE } from '../drive.ts'
import { greenEnvironment, health, ok, sight, stateAt } from '../things.ts'

type Facts = Parameters<typeof deploy.judge>[2]

const version = (change: Partial<ApplicationVersion> = {}): ApplicationVersion => ({
  label: '1.5.0',
  description: '',
  status: 'PROCESSED',
  createdAt: START,
  bucket: 'b',
  key: `shop/${BUNDLE.sha256}.zip`,
  ...change,
})
const contents = (change: Partial<BundleContents> = {}): BundleContents => ({
  bucket: 'b',
  key: 'k',
  files: 3,
  declared: [],
  unread: [],
  ...change,
})
const listed = (change: Partial<ApplicationVersion> = {}): Facts => ({
  version: ok(version(change)),
  contents: ok(contents()),
})
const unlisted: Facts = { version: ok(null), contents: null }
const chosen = { label: '1.5.0', bundle: BUNDLE, stored: null }
const uploaded = { ...chosen, stored: { bucket: 'b', key: 'k' } }
const existing = { label: '1.5.0', bundle: null, stored: null }
const at = (record: Partial<StepRecord>, given: typeof chosen | typeof uploaded | typeof existing = uploaded) =>
  stateAt('deploy', { deploy: { leverAt: START, ...record } }, { version: given })
const old = { green: greenEnvironment({ versionLabel: '1.4.2' }) }

describe('what deploy does next', () => {
  it.each<[string, ReturnType<typeof at>, Facts, string | null]>([
    ['uploads the bundle first', at({}, chosen), unlisted, 'upload-bundle'],
    ['creates the version once the bundle is stored', at({}), unlisted, 'create-version'],
    ['waits where it was created and is not listed yet', at({ effects: { 'create-version': START } }), unlisted, null],
    ['waits while Elastic Beanstalk processes it', at({}), listed({ status: 'PROCESSING' }), null],
    ['waits while it is built', at({}), listed({ status: 'Building' }), null],
    ['deploys what is processed', at({}), listed(), 'deploy-version'],
    ['deploys what was never to be processed', at({}), listed({ status: 'UNPROCESSED' }), 'deploy-version'],
    ['deploys a version that was there already', at({}, existing), listed(), 'deploy-version'],
  ])('%s', (_words, state, facts, due) => {
    expect(deploy.judge(state, sight(old), facts).due).toBe(due)
  })

  it('says that a version could not be processed', () => {
    expect(deploy.judge(at({}), sight(old), listed({ status: 'FAILED' })).stuck?.code).toBe('bad-bundle')
  })

  it('takes a deployment whose answer was lost for made, once green runs the label', () => {
    const lost = at({ intents: { 'deploy-version': START } })
    expect(deploy.judge(lost, sight({ ...old }), listed()).due).toBe('deploy-version')
    expect(deploy.judge(lost, sight(), listed())).toMatchObject({ due: null, gates: null })
  })
})

describe('the gates of deploy', () => {
  const closed = (given: Parameters<typeof at>[1] | null, facts: Facts, seen: Sight = sight(old)) => {
    const state = stateAt('deploy', {}, { version: given ?? null })
    return (deploy.judge(state, seen, facts).gates ?? [])
      .filter(({ status }) => status !== 'passed')
      .map(({ id, status }) => `${id} ${status}`)
  }
  const refused = { ok: false, at: START, problem: problem('access-denied', 'No').problem } as const
  const denied: Facts = { version: refused, contents: null }
  const declaring = (kind: 'database' | 'data') =>
    ok(
      contents({
        declared: [
          {
            file: '.ebextensions/db.config',
            logicalId: 'Db',
            type: 'AWS::RDS::DBInstance',
            kind,
            deletionPolicy: null,
          },
        ],
      }),
    )

  it.each<[string, Parameters<typeof at>[1] | null, Facts, Sight | undefined, readonly string[]]>([
    ['nothing chosen', null, { version: null, contents: null }, undefined, ['version-chosen waiting']],
    ['a new bundle under a new label', chosen, unlisted, undefined, []],
    ['the same bundle that is there under this label', chosen, listed(), undefined, []],
    [
      'a label that names another bundle',
      chosen,
      listed({ key: 'shop/other.zip' }),
      undefined,
      ['version-chosen failed'],
    ],
    ['a version that does not exist', existing, unlisted, undefined, ['version-chosen failed']],
    ['a version that exists', existing, listed({ key: 'whatever' }), undefined, []],
    [
      'a version whose bundle declares a database',
      existing,
      { ...listed(), contents: declaring('database') },
      undefined,
      ['brings-no-database failed'],
    ],
    ['a version whose bundle declares a cache', existing, { ...listed(), contents: declaring('data') }, undefined, []],
    [
      'a version whose .ebextensions nobody understands',
      existing,
      { ...listed(), contents: ok(contents({ unread: ['x.config'] })) },
      undefined,
      ['brings-no-database unknown'],
    ],
    [
      'a version whose bundle may not be read',
      existing,
      { ...listed(), contents: refused },
      undefined,
      ['brings-no-database unknown'],
    ],
    ['versions may not be read', chosen, denied, undefined, ['version-chosen unknown']],
    [
      'green is Updating',
      chosen,
      unlisted,
      sight({ green: greenEnvironment({ status: 'Updating' }) }),
      ['green-ready waiting'],
    ],
    [
      'green is Red',
      chosen,
      unlisted,
      sight({ green: greenEnvironment({ healthStatus: null, healthColor: 'Red' }) }),
      ['green-ready failed'],
    ],
    ['green is gone', chosen, unlisted, sight({ green: null }), ['green-ready unknown']],
  ])('%s', (_words, given, facts, seen, expected) => {
    expect(closed(given, facts, seen)).toEqual(expected)
  })
})

describe('the proofs of deploy', () => {
  const deployed = at({ effects: { 'deploy-version': START - 60_000 } })

  it.each<[string, Sight, Facts, readonly string[], boolean]>([
    ['everything', sight(), listed(), [], false],
    [
      'one instance on the old version',
      sight({
        greenHealth: health({
          instances: [...health().instances, { id: 'i-9', status: 'Ok', versionLabel: '1.4.2', causes: [] }],
        }),
      }),
      listed(),
      ['every-instance waiting'],
      false,
    ],
    ['no instance at all', sight({ greenHealth: health({}, 0) }), listed(), ['every-instance waiting'], false],
    ['basic health', sight({ greenHealth: null }), listed(), ['every-instance unknown'], false],
    [
      'green is Info',
      sight({ green: greenEnvironment({ healthStatus: 'Info' }) }),
      listed(),
      ['green-ok waiting'],
      false,
    ],
    [
      'green is Red',
      sight({ green: greenEnvironment({ healthStatus: 'Severe', healthColor: 'Red' }) }),
      listed(),
      ['green-ok failed'],
      true,
    ],
    [
      'the old version is back, Ready and Green',
      sight({ ...old, greenHealth: health({}, 2, '1.4.2') }),
      listed(),
      ['label-on-green failed', 'every-instance waiting'],
      true,
    ],
    [
      'the version is still being processed',
      sight(),
      listed({ status: 'PROCESSING' }),
      ['version-processed waiting'],
      false,
    ],
  ])('%s', (_words, seen, facts, expected, isStuck) => {
    const found = deploy.judge(deployed, seen, facts)
    expect(found.proofs.filter(({ status }) => status !== 'passed').map(({ id, status }) => `${id} ${status}`)).toEqual(
      expected,
    )
    expect(found.stuck !== null).toBe(isStuck)
    expect(found.due).toBeNull()
  })

  it('are not asked for while the old label may be a late reading', () => {
    const justNow = at({ effects: { 'deploy-version': START - 10_000 } })
    expect(deploy.judge(justNow, sight(old), listed()).stuck).toBeNull()
  })

  it('are not asked for while green is Updating', () => {
    expect(deploy.judge(deployed, sight({ green: greenEnvironment({ status: 'Updating' }) }), listed())).toMatchObject({
      proofs: [],
      due: null,
      stuck: null,
    })
  })
})
