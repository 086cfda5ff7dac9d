import { describe, expect, it } from 'vitest'
import { problem } from '../../electron/contract/problem.ts'
import {
  type DatabaseEvidence,
  databasesInStack,
  independenceGate,
  type Verdict,
  verdictOf,
} from '../../electron/release/independence.ts'
import type { Reading } from '../../electron/release/step.ts'
import type { DatabaseInstance, OptionSetting, StackResource } from '../../electron/release/world.ts'
import { environment } from './things.ts'

const denied: Reading<never> = {
  ok: false,
  at: 1,
  problem: problem('access-denied', 'AWS does not allow this', { remedy: 'Add the permission.' }).problem,
}

function read<T>(value: T): Reading<T> {
  return { ok: true, value, at: 1 }
}

const option = (optionName: string, value: string | null, namespace = 'aws:rds:dbinstance'): OptionSetting => ({
  namespace,
  optionName,
  value,
  resourceName: null,
})
const resource = (type: string, status = 'CREATE_COMPLETE'): StackResource => ({
  logicalId: 'AWSEBRDSDatabase',
  physicalId: 'db-1',
  type,
  status,
})
const instance = (stackName: string | null): DatabaseInstance => ({
  id: 'db-1',
  host: null,
  status: 'available',
  deletionProtection: false,
  stackName,
  securityGroupIds: [],
})

const plain = read([resource('AWS::AutoScaling::AutoScalingGroup')])
const free = read([option('HasCoupledDatabase', 'false')])
const none = read<readonly DatabaseInstance[]>([])

function seen(change: Partial<DatabaseEvidence>): DatabaseEvidence {
  return {
    environment: environment({ id: 'e-blue000001' }),
    settings: free,
    resources: plain,
    databases: none,
    ...change,
  }
}

const coupled = (policy: string | null) =>
  read([option('HasCoupledDatabase', 'true'), option('DBDeletionPolicy', policy)])

const rows: readonly (readonly [string, Partial<DatabaseEvidence>, Verdict])[] = [
  ['an environment without a database', {}, 'independent'],
  ['the flag says coupled, deletion policy Delete', { settings: coupled('Delete') }, 'coupled-delete'],
  ['the flag says coupled, deletion policy Snapshot', { settings: coupled('Snapshot') }, 'coupled-snapshot'],
  ['the flag says coupled, deletion policy Retain', { settings: coupled('Retain') }, 'coupled-retain'],
  ['coupled without a deletion policy: AWS would delete', { settings: coupled(null) }, 'coupled-delete'],
  ['coupled with a policy nobody knows yet: the worst', { settings: coupled('Archive') }, 'coupled-delete'],
  ['the flag in another case', { settings: read([option('HasCoupledDatabase', 'True')]) }, 'coupled-delete'],
  [
    'an old environment without the flag, but with an engine',
    { settings: read([option('DBEngine', 'mysql')]) },
    'coupled-delete',
  ],
  [
    'an old environment without the flag, but with a class and Snapshot',
    { settings: read([option('DBInstanceClass', 'db.t3.micro'), option('DBDeletionPolicy', 'Snapshot')]) },
    'coupled-snapshot',
  ],
  ['an old environment without the flag and without an engine', { settings: read([]) }, 'independent'],
  [
    'an empty engine is no engine',
    { settings: read([option('DBEngine', ''), option('DBInstanceClass', null)]) },
    'independent',
  ],
  [
    'decoupled: the flag says false though the engine is still listed',
    { settings: read([option('HasCoupledDatabase', 'false'), option('DBEngine', 'mysql')]) },
    'independent',
  ],
  [
    'the same option of another namespace',
    { settings: read([option('DBEngine', 'mysql', 'aws:elasticbeanstalk:application:environment')]) },
    'independent',
  ],
  ['a database declared in .ebextensions', { resources: read([resource('AWS::RDS::DBInstance')]) }, 'coupled-delete'],
  ['a cluster declared in .ebextensions', { resources: read([resource('AWS::RDS::DBCluster')]) }, 'coupled-delete'],
  ['a DocumentDB cluster in the stack', { resources: read([resource('AWS::DocDB::DBCluster')]) }, 'coupled-delete'],
  ['a Neptune instance in the stack', { resources: read([resource('AWS::Neptune::DBInstance')]) }, 'coupled-delete'],
  [
    'a database subnet group alone is no database',
    { resources: read([resource('AWS::RDS::DBSubnetGroup')]) },
    'independent',
  ],
  [
    'a database that the stack has deleted',
    { resources: read([resource('AWS::RDS::DBInstance', 'DELETE_COMPLETE')]) },
    'independent',
  ],
  [
    'a database that the stack failed to delete',
    { resources: read([resource('AWS::RDS::DBInstance', 'DELETE_FAILED')]) },
    'coupled-delete',
  ],
  [
    'a database that is being created',
    { resources: read([resource('AWS::RDS::DBInstance', 'CREATE_IN_PROGRESS')]) },
    'coupled-delete',
  ],
  [
    'a leftover that carries the name of the stack, which no longer holds it',
    { databases: read([instance('awseb-e-blue000001-stack')]) },
    'independent',
  ],
  ['a database of nobody', { databases: read([instance(null)]) }, 'independent'],
  ['settings that may not be read', { settings: denied }, 'unknown'],
  ['a stack that may not be read', { resources: denied }, 'unknown'],
  ['databases that may not be listed', { databases: denied }, 'unknown'],
  ['nothing may be read', { settings: denied, resources: denied, databases: denied }, 'unknown'],
  ['a stack that is gone while the environment lives', { resources: read(null) }, 'unknown'],
  [
    'coupled by its settings, though the stack may not be read',
    { settings: coupled('Retain'), resources: denied },
    'coupled-retain',
  ],
  [
    'coupled by its stack, though the settings may not be read',
    { settings: denied, resources: read([resource('AWS::RDS::DBInstance')]) },
    'coupled-delete',
  ],
  [
    'coupled by its stack, though the databases may not be listed',
    { resources: read([resource('AWS::RDS::DBInstance')]), databases: denied },
    'coupled-delete',
  ],
  [
    'the stack holds it, the settings say Retain',
    {
      settings: read([option('HasCoupledDatabase', 'false'), option('DBDeletionPolicy', 'Retain')]),
      resources: read([resource('AWS::RDS::DBInstance')]),
    },
    'coupled-retain',
  ],
]

describe('independence', () => {
  it.each(rows)('%s', (_words, change, verdict) => {
    expect(verdictOf(seen(change))).toBe(verdict)
  })

  it.each(rows)('%s: the gate passes for `independent` alone, and is never waivable', (_words, change, verdict) => {
    const gate = independenceGate(seen(change))
    expect(gate.status).toBe(verdict === 'independent' ? 'passed' : verdict === 'unknown' ? 'unknown' : 'failed')
    expect(gate.waivable).toBe(false)
    expect(gate.evidence.map(({ source }) => source)).toEqual([
      'elasticbeanstalk:DescribeConfigurationSettings',
      'cloudformation:ListStackResources',
      'rds:DescribeDBInstances',
    ])
    expect(gate.remedy === undefined).toBe(gate.status === 'passed')
  })

  it('names the database that would be lost', () => {
    expect(independenceGate(seen({ resources: read([resource('AWS::RDS::DBInstance')]) })).summary).toContain('db-1')
  })

  it("passes on AWS's remedy where something may not be read", () => {
    expect(independenceGate(seen({ resources: denied })).remedy).toBe('Add the permission.')
  })

  it('counts only databases, not what belongs to them', () => {
    const types = [
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBSubnetGroup',
      'AWS::RDS::DBParameterGroup',
      'AWS::EC2::SecurityGroup',
    ]
    expect(databasesInStack(types.map((type) => resource(type)))).toHaveLength(1)
  })
})
