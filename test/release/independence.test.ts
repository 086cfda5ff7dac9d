import { describe, expect, it } from 'vitest'
import { type DatabaseEvidence, databasesInStack } from '../../electron/release/couplings.ts'
import { independenceGate, type Verdict, verdictOf } from '../../electron/release/independence.ts'
import {
  bundle,
  coupled,
  declaredInStack,
  denied,
  HOST,
  holds,
  instance,
  none,
  option,
  property,
  read,
  resource,
  seen,
} from './evidence.ts'

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
  ['a database of .ebextensions with DeletionPolicy Retain', declaredInStack('Retain'), 'coupled-retain'],
  ['a database of .ebextensions with DeletionPolicy Snapshot', declaredInStack('Snapshot'), 'coupled-snapshot'],
  ['a database of .ebextensions with DeletionPolicy Delete', declaredInStack('Delete'), 'coupled-delete'],
  ['a database of .ebextensions that says nothing of its deletion', declaredInStack(null), 'coupled-delete'],
  [
    'a database of .ebextensions that may only stay when its creation fails',
    declaredInStack('RetainExceptOnCreate'),
    'coupled-retain',
  ],
  ['a bundle that declares a database its stack does not hold', { bundle: bundle([{}]) }, 'coupled-delete'],
  [
    'the same where the stack may not be read',
    { bundle: bundle([{ deletionPolicy: 'Snapshot' }]), resources: denied },
    'coupled-snapshot',
  ],
  [
    'option settings of the bundle that ask for a database',
    { bundle: bundle([{ logicalId: '', type: 'aws:rds:dbinstance' }]) },
    'coupled-delete',
  ],
  ['a bundle that may not be read', { bundle: denied }, 'unknown'],
  ['a bundle that is not there any more: the stack is the truth', { bundle: read(null) }, 'independent'],
  [
    'a bundle that declares a cache',
    { bundle: bundle([{ kind: 'data', type: 'AWS::ElastiCache::CacheCluster' }]) },
    'independent',
  ],
  [
    'a file of .ebextensions that nobody understands; the stack shows what it made',
    { bundle: bundle([], ['x.config']) },
    'independent',
  ],
  ['the same where the stack may not be read', { bundle: bundle([], ['x.config']), resources: denied }, 'unknown'],
  ['a nested stack, whose resources are not listed', holds('AWS::CloudFormation::Stack'), 'unknown'],
  ['a custom resource', holds('Custom::Database'), 'unknown'],
  ['a custom resource by its long name', holds('AWS::CloudFormation::CustomResource'), 'unknown'],
  ['a wait condition hides nothing', holds('AWS::CloudFormation::WaitCondition'), 'independent'],
  ['a DynamoDB table in the stack', holds('AWS::DynamoDB::Table'), 'coupled-delete'],
  ['a global DynamoDB table in the stack', holds('AWS::DynamoDB::GlobalTable'), 'coupled-delete'],
  ['a file system (EFS) in the stack', holds('AWS::EFS::FileSystem'), 'coupled-delete'],
  ['an OpenSearch domain in the stack', holds('AWS::OpenSearchService::Domain'), 'coupled-delete'],
  ['an Elasticsearch domain in the stack', holds('AWS::Elasticsearch::Domain'), 'coupled-delete'],
  ['a Redshift cluster in the stack', holds('AWS::Redshift::Cluster'), 'coupled-delete'],
  ['an elastic DocumentDB cluster in the stack', holds('AWS::DocDBElastic::Cluster'), 'coupled-delete'],
  [
    'the table of leaders that Elastic Beanstalk gives a worker',
    holds('AWS::DynamoDB::Table', 'AWSEBWorkerCronLeaderRegistry'),
    'independent',
  ],
  ['a cache in the stack is no database', holds('AWS::ElastiCache::CacheCluster'), 'independent'],
  ['a queue in the stack is no database', holds('AWS::SQS::Queue'), 'independent'],
  ['a bucket in the stack is no database', holds('AWS::S3::Bucket'), 'independent'],
  ['a volume in the stack is no database', holds('AWS::EC2::Volume'), 'independent'],
  [
    'an external database, named by a property',
    { settings: property(HOST), databases: read([instance(null, { host: HOST })]) },
    'independent',
  ],
  [
    'an external database inside a JDBC URL, in other letters',
    {
      settings: property(`jdbc:mysql://${HOST.toUpperCase()}:3306/shop`),
      databases: read([instance(null, { host: HOST })]),
    },
    'independent',
  ],
  [
    'an external database that lets in the environment’s own security group',
    {
      referring: read([{ id: 'sg-db', name: 'database' }]),
      databases: read([instance(null, { securityGroupIds: ['sg-db'] })]),
    },
    'external-with-security-group',
  ],
  [
    'the same without the right to read security groups',
    { referring: denied, databases: read([instance(null, { securityGroupIds: ['sg-db'] })]) },
    'unknown',
  ],
  [
    'a security group of something else that lets it in',
    { referring: read([{ id: 'sg-cache', name: 'cache' }]) },
    'independent',
  ],
  [
    'the database of another environment, by its tag',
    { settings: property(HOST), databases: read([instance('awseb-e-other00001-stack', { host: HOST })]) },
    'independent',
  ],
  [
    'a coupled database that was deleted outside Elastic Beanstalk',
    { settings: coupled('Retain'), resources: read([resource('AWS::RDS::DBInstance')]), databases: none },
    'coupled-retain',
  ],
  [
    'a Retain of the settings beside a database of .ebextensions: the worst counts',
    {
      settings: coupled('Retain'),
      resources: read([
        resource('AWS::RDS::DBInstance'),
        { ...resource('AWS::RDS::DBInstance'), logicalId: 'Orders', physicalId: 'db-2' },
      ]),
    },
    'coupled-delete',
  ],
  [
    'five hundred resources without a database',
    { resources: read(Array.from({ length: 500 }, () => resource('AWS::SNS::Topic'))) },
    'independent',
  ],
  [
    'the five hundredth resource is the database',
    {
      resources: read([
        ...Array.from({ length: 499 }, () => resource('AWS::SNS::Topic')),
        resource('AWS::RDS::DBInstance'),
      ]),
    },
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

  it.each(rows)('%s: the gate passes where no data hangs on it, and is never waivable', (_words, change, verdict) => {
    const gate = independenceGate(seen(change))
    const passes = verdict === 'independent' || verdict === 'external-with-security-group'
    expect(gate.status).toBe(passes ? 'passed' : verdict === 'unknown' ? 'unknown' : 'failed')
    expect(gate.waivable).toBe(false)
    expect(gate.evidence.map(({ source }) => source).slice(0, 5)).toEqual([
      'elasticbeanstalk:DescribeConfigurationSettings',
      'cloudformation:ListStackResources',
      'rds:DescribeDBInstances, rds:DescribeDBClusters',
      's3:GetObject',
      'ec2:DescribeSecurityGroups',
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
