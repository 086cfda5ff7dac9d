import { describe, expect, it } from 'vitest'
import { couplingsOf, type DatabaseEvidence } from '../../electron/release/couplings.ts'
import { independenceGate, otherDataGate, sharedDataGate } from '../../electron/release/independence.ts'
import { coupled, denied, HOST, holds, instance, none, property, read, resource, seen } from './evidence.ts'

describe('what hangs on an environment', () => {
  it('never says what a property holds', () => {
    const secret = 'mysql://shop:hunter2@db-1.abc.eu-central-1.rds.amazonaws.com/shop'
    const evidence = seen({
      settings: property(secret, 'DATABASE_URL'),
      databases: read([instance(null, { host: HOST })]),
    })
    const said = JSON.stringify([
      independenceGate(evidence),
      otherDataGate(evidence),
      sharedDataGate(evidence),
      couplingsOf(evidence),
    ])
    expect(said).toContain('The property DATABASE_URL names the database db-1')
    expect(said).not.toContain('hunter2')
    expect(said).not.toContain('abc.eu-central-1')
  })

  it.each<[string, Partial<DatabaseEvidence>, string, string]>([
    ['nothing else', {}, 'passed', 'passed'],
    ['a cache dies with it', holds('AWS::ElastiCache::CacheCluster'), 'failed', 'passed'],
    ['a bucket dies with it', holds('AWS::S3::Bucket'), 'failed', 'passed'],
    ['the queue of a worker does not count', holds('AWS::SQS::Queue', 'AWSEBWorkerQueue'), 'passed', 'passed'],
    ['its stack may not be read', { resources: denied, referring: denied }, 'unknown', 'unknown'],
    [
      'its database lets in blue alone',
      {
        referring: read([{ id: 'sg-db', name: 'database' }]),
        databases: read([instance(null, { securityGroupIds: ['sg-db'] })]),
      },
      'passed',
      'failed',
    ],
    ['something else lets in blue alone', { referring: read([{ id: 'sg-cache', name: 'cache' }]) }, 'passed', 'failed'],
    [
      'its own groups refer to each other',
      {
        resources: read([{ ...resource('AWS::EC2::SecurityGroup'), physicalId: 'sg-own' }]),
        referring: read([{ id: 'sg-own', name: 'own' }]),
      },
      'passed',
      'passed',
    ],
    [
      'its database belongs to another environment, by the tag of the database',
      { settings: property(HOST), databases: read([instance('awseb-e-other00001-stack', { host: HOST })]) },
      'passed',
      'failed',
    ],
    [
      'its database belongs to another environment, by its host alone',
      { settings: property('awseb-e-other00001-stack-awsebrdsdatabase-x1.abc.eu-central-1.rds.amazonaws.com') },
      'passed',
      'failed',
    ],
    [
      'its database was its own once and was decoupled',
      {
        settings: property(HOST),
        databases: read([instance('awseb-e-blue000001-stack', { host: HOST })]),
      },
      'passed',
      'passed',
    ],
    [
      'its database was another environment’s once, which is gone',
      {
        settings: property(HOST),
        databases: read([instance('awseb-e-other00001-stack', { host: HOST })]),
        parted: read(['e-other00001']),
      },
      'passed',
      'passed',
    ],
    [
      'its database was another environment’s once, which could not be looked at',
      {
        settings: property(HOST),
        databases: read([instance('awseb-e-other00001-stack', { host: HOST })]),
        parted: denied,
      },
      'passed',
      'failed',
    ],
  ])('what else hangs on it: %s', (_words, change, otherData, sharedData) => {
    expect(otherDataGate(seen(change)).status).toBe(otherData)
    expect(sharedDataGate(seen(change)).status).toBe(sharedData)
  })

  it('names the cluster whose readers it asks, and counts one in its stack as coupled', () => {
    const readers = 'orders.cluster-ro-abc.eu-central-1.rds.amazonaws.com'
    const cluster = instance(null, { id: 'orders', host: 'orders.cluster-abc', otherHosts: [readers] })
    const outside = seen({ settings: property(readers), databases: read([cluster]) })
    expect(independenceGate(outside).status).toBe('passed')
    expect(
      independenceGate(outside)
        .evidence.map(({ text }) => text)
        .join(' '),
    ).toContain('names the database orders')
    const inside = independenceGate(
      seen({ resources: read([resource('AWS::RDS::DBCluster', 'CREATE_COMPLETE', 'Orders')]) }),
    )
    expect([inside.status, inside.summary]).toEqual(['failed', expect.stringContaining('AWS::RDS::DBCluster')])
  })

  it('sends to AWS support whoever lost the database outside Elastic Beanstalk', () => {
    const gate = independenceGate(
      seen({ settings: coupled('Retain'), resources: read([resource('AWS::RDS::DBInstance')]), databases: none }),
    )
    expect(gate.remedy).toContain('AWS support')
    expect(gate.evidence.map(({ text }) => text).join(' ')).toContain('was deleted outside Elastic Beanstalk')
  })
})
