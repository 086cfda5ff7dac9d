import { problem } from '../../electron/contract/problem.ts'
import type { DatabaseEvidence } from '../../electron/release/couplings.ts'
import type { Reading } from '../../electron/release/step.ts'
import type { BundleContents, DatabaseInstance, OptionSetting, StackResource } from '../../electron/release/world.ts'
import { environment } from './things.ts'

export const denied: Reading<never> = {
  ok: false,
  at: 1,
  problem: problem('access-denied', 'AWS does not allow this', { remedy: 'Add the permission.' }).problem,
}

export function read<T>(value: T): Reading<T> {
  return { ok: true, value, at: 1 }
}

export const option = (optionName: string, value: string | null, namespace = 'aws:rds:dbinstance'): OptionSetting => ({
  namespace,
  optionName,
  value,
  resourceName: null,
})
export const resource = (type: string, status = 'CREATE_COMPLETE', logicalId = 'AWSEBRDSDatabase'): StackResource => ({
  logicalId,
  physicalId: 'db-1',
  type,
  status,
})
export const instance = (stackName: string | null, change: Partial<DatabaseInstance> = {}): DatabaseInstance => ({
  id: 'db-1',
  host: null,
  status: 'available',
  deletionProtection: false,
  stackName,
  securityGroupIds: [],
  ...change,
})
export const HOST = 'db-1.abc.eu-central-1.rds.amazonaws.com'
export const property = (value: string, name = 'DB_HOST') =>
  read([option('HasCoupledDatabase', 'false'), option(name, value, 'aws:elasticbeanstalk:application:environment')])
export const bundle = (
  declared: readonly Partial<BundleContents['declared'][number]>[],
  unread: readonly string[] = [],
): DatabaseEvidence['bundle'] =>
  read({
    bucket: 'b',
    key: 'k',
    files: 9,
    unread,
    declared: declared.map((each) => ({
      file: '.ebextensions/db.config',
      logicalId: 'Orders',
      type: 'AWS::RDS::DBInstance',
      kind: 'database',
      deletionPolicy: null,
      ...each,
    })),
  })
export const declaredInStack = (policy: string | null): Partial<DatabaseEvidence> => ({
  resources: read([resource('AWS::RDS::DBInstance', 'CREATE_COMPLETE', 'Orders')]),
  bundle: bundle([{ deletionPolicy: policy }]),
  databases: read([instance('awseb-e-blue000001-stack')]),
})
export const holds = (type: string, logicalId = 'Thing') => ({
  resources: read([resource(type, 'CREATE_COMPLETE', logicalId)]),
})

const plain = read([resource('AWS::AutoScaling::AutoScalingGroup')])
const free = read([option('HasCoupledDatabase', 'false')])
export const none = read<readonly DatabaseInstance[]>([])

export function seen(change: Partial<DatabaseEvidence>): DatabaseEvidence {
  return {
    environment: environment({ id: 'e-blue000001' }),
    settings: free,
    resources: plain,
    databases: none,
    bundle: bundle([]),
    referring: read([]),
    ...change,
  }
}

export const coupled = (policy: string | null) =>
  read([option('HasCoupledDatabase', 'true'), option('DBDeletionPolicy', policy)])
