import { describe, expect, it } from 'vitest'
import type { DatabaseEvidence } from '../../electron/release/couplings.ts'
import type { DecouplingFacts } from '../../electron/release/decouple.ts'
import { bindingGates, outsideOptions } from '../../electron/release/route.ts'
import type { DatabaseDetails } from '../../electron/release/world.ts'
import { bundle, coupled, denied, instance, none, option, property, read, resource, seen } from './evidence.ts'
import { greenEnvironment, stateAt } from './things.ts'

const LAUNCH = 'aws:autoscaling:launchconfiguration'
const details: DatabaseDetails = {
  host: 'db-1.abc.eu-central-1.rds.amazonaws.com',
  port: 3306,
  name: 'ebdb',
  user: 'ebroot',
  deletionProtection: true,
  groupIds: ['sg-database'],
}
const guarded: DecouplingFacts = {
  databaseId: 'db-1',
  details: read(details),
  snapshot: read({ status: 'available' }),
  group: read({ id: 'sg-made' }),
  allowed: read(true),
}
const own = resource('AWS::RDS::DBInstance')
const tied: Partial<DatabaseEvidence> = {
  settings: coupled('Delete'),
  resources: read([own]),
  databases: read([instance('awseb-e-blue000001-stack')]),
}
const green = (change: Partial<DatabaseEvidence> = {}) =>
  seen({
    environment: greenEnvironment(),
    settings: read([option('HasCoupledDatabase', 'false'), option('SecurityGroups', 'sg-own, sg-made', LAUNCH)]),
    ...change,
  })

function gates(
  step: 'independence' | 'clone' | 'swap',
  blue: Partial<DatabaseEvidence>,
  facts: Partial<DecouplingFacts> | null = {},
  other: DatabaseEvidence | null = null,
) {
  const { release, ...rest } = stateAt(step, {}, { route: 'decouple-later' })
  const state = { ...rest, release: step === 'swap' ? release : { ...release, green: { ...release.green, id: null } } }
  return bindingGates(state, seen({ ...tied, ...blue }), {
    decoupling: facts && { ...guarded, ...facts },
    green: other,
  })
}

describe('the gate of the route that decouples blue after the swap', () => {
  const second = (type: string) => ({ resources: read([own, { ...resource(type), logicalId: 'B', physicalId: 'b' }]) })
  it.each<[string, Partial<DatabaseEvidence>, Partial<DecouplingFacts> | null, string]>([
    ['its database would be deleted with it', {}, {}, 'passed'],
    ['of its database a snapshot would be left', { settings: coupled('Snapshot') }, {}, 'passed'],
    ['its database would be retained', { settings: coupled('Retain') }, {}, 'passed'],
    ['its settings may not be read', { settings: denied }, {}, 'unknown'],
    ['its stack may not be read', { resources: denied }, {}, 'unknown'],
    ['the databases may not be read', { databases: denied }, {}, 'unknown'],
    ['its bundle may not be read', { bundle: denied }, {}, 'unknown'],
    ['who refers to it may not be read', { referring: denied }, {}, 'unknown'],
    ['the protection may not be read', {}, { details: denied }, 'unknown'],
    ['the snapshot may not be read', {}, { snapshot: denied }, 'unknown'],
    ['the security group may not be read', {}, { group: denied }, 'unknown'],
    ['who is let in may not be read', {}, { allowed: denied }, 'unknown'],
    ['its stack is gone', { resources: read(null) }, {}, 'failed'],
    ['a stack hangs in its stack', second('AWS::CloudFormation::Stack'), {}, 'unknown'],
    [
      'an .ebextensions file was not understood',
      { bundle: bundle([], ['db.config']), resources: read(null) },
      {},
      'unknown',
    ],
    ['a second database hangs on it', second('AWS::RDS::DBInstance'), {}, 'failed'],
    ['a cluster hangs on it', second('AWS::RDS::DBCluster'), {}, 'failed'],
    ['a table hangs on it', second('AWS::DynamoDB::Table'), {}, 'failed'],
    ['its bundle declares a database', { bundle: bundle([{ logicalId: 'Other' }]) }, {}, 'failed'],
    ['RDS does not know its database', { databases: none }, {}, 'failed'],
    ['its database is another one than was begun with', {}, { databaseId: 'db-2' }, 'failed'],
    ['there is nothing to decouple', {}, null, 'failed'],
    ['its database is gone', {}, { details: read(null) }, 'failed'],
    ['its database is not protected', {}, { details: read({ ...details, deletionProtection: false }) }, 'failed'],
    ['there is no snapshot', {}, { snapshot: read(null) }, 'failed'],
    ['the snapshot is being taken', {}, { snapshot: read({ status: 'creating' }) }, 'failed'],
    ['there is no security group', {}, { group: read(null), allowed: read(false) }, 'failed'],
    ['the security group is not let in', {}, { allowed: read(false) }, 'failed'],
    ['nothing is coupled', { settings: property('x'), resources: read([]), databases: none }, {}, 'failed'],
  ])('%s', (_words, blue, facts, status) => {
    const [found] = gates('clone', blue, facts)
    expect([found?.id, found?.status, found?.waivable]).toEqual(['decouple-later', status, false])
    expect(found?.remedy === undefined).toBe(status === 'passed')
  })

  it('waits for its own stages at the first step, and lets through what another hand has decoupled later', () => {
    expect(gates('independence', {}, { snapshot: read(null) })[0]?.status).toBe('waiting')
    const free = { settings: property('x'), resources: read([]), databases: none }
    expect(gates('swap', free)[0]?.status).toBe('passed')
    expect(gates('swap', free, { details: read(null) })[0]?.status).toBe('failed')
  })

  it.each<[string, Partial<DatabaseEvidence>, Partial<DecouplingFacts>, string]>([
    ['uses it from outside', {}, {}, 'passed'],
    ['has a database of its own', { settings: coupled('Delete'), resources: read([own]) }, {}, 'failed'],
    ['has one that an .ebextensions file made', { resources: read([{ ...own, logicalId: 'Orders' }]) }, {}, 'failed'],
    ['does not carry the group', { settings: property('x') }, {}, 'failed'],
    ['is not let in', {}, { allowed: read(false) }, 'failed'],
    ['may not be read', { settings: denied }, {}, 'unknown'],
    ['has no stack', { resources: read(null) }, {}, 'unknown'],
  ])('green %s', (_words, other, facts, status) => {
    const found = gates('swap', {}, facts, green(other)).find(({ id }) => id === 'uses-from-outside')
    expect([found?.status, found?.waivable]).toEqual([status, false])
  })
})

it('makes green without the coupling, with blue’s other groups, and with properties only where there is a password', () => {
  const base = [...(tied.settings?.ok ? tied.settings.value : []), option('SecurityGroups', 'db-1,sg-cache', LAUNCH)]
  const { settings, remove } = outsideOptions(base, seen(tied), guarded, null)
  expect(settings.map(({ optionName, value }) => `${optionName} = ${value}`)).toEqual([
    'HasCoupledDatabase = false',
    // What is in blue's own stack is not for its clones.
    'SecurityGroups = sg-cache,sg-made',
  ])
  expect(remove.map(({ optionName }) => optionName)).toEqual(['DBDeletionPolicy'])
  const withPassword = outsideOptions(base, seen(tied), guarded, 'hunter2!').settings
  expect(withPassword.slice(2).map(({ optionName, value }) => `${optionName} = ${value}`)).toEqual([
    'RDS_HOSTNAME = db-1.abc.eu-central-1.rds.amazonaws.com',
    'RDS_PORT = 3306',
    'RDS_DB_NAME = ebdb',
    'RDS_USERNAME = ebroot',
    'RDS_PASSWORD = hunter2!',
  ])
})
