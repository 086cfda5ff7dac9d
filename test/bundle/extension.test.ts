import { describe, expect, it } from 'vitest'
import { declaredResources } from '../../electron/bundle/declared.ts'
import { type Extension, readExtension } from '../../electron/bundle/extension.ts'

const FILE = '.ebextensions/10.config'
const extension = (text: string, name = FILE): Extension => ({ name, content: { kind: 'text', text } })
const resource = (type: string, more = '') => `Resources:\n  Thing:\n    Type: ${type}\n${more}`

describe('what a file of .ebextensions declares', () => {
  it.each<[string, string, string, string | null]>([
    ['a database', resource('AWS::RDS::DBInstance'), 'database', null],
    ['a database that is kept', resource('AWS::RDS::DBInstance', '    DeletionPolicy: Retain\n'), 'database', 'Retain'],
    ['a cluster', resource('AWS::RDS::DBCluster', '    DeletionPolicy: Snapshot\n'), 'database', 'Snapshot'],
    ['DocumentDB', resource('AWS::DocDB::DBCluster'), 'database', null],
    ['Neptune', resource('AWS::Neptune::DBInstance'), 'database', null],
    ['Redshift', resource('AWS::Redshift::Cluster'), 'database', null],
    ['DynamoDB', resource('AWS::DynamoDB::Table'), 'data', null],
    ['ElastiCache', resource('AWS::ElastiCache::ReplicationGroup'), 'data', null],
    ['EFS', resource('AWS::EFS::FileSystem', '    DeletionPolicy: Retain\n'), 'data', 'Retain'],
    ['OpenSearch', resource('AWS::OpenSearchService::Domain'), 'data', null],
    ['a bucket', resource('AWS::S3::Bucket'), 'data', null],
    ['a queue', resource('AWS::SQS::Queue'), 'data', null],
    ['a volume', resource('AWS::EC2::Volume'), 'data', null],
    ['a nested stack', resource('AWS::CloudFormation::Stack'), 'unknown', null],
    ['a custom resource', resource('Custom::Database'), 'unknown', null],
    ['in JSON', '{"Resources":{"Thing":{"Type":"AWS::RDS::DBInstance"}}}', 'database', null],
    [
      'in JSON with an escaped letter',
      '{"Resources":{"Thing":{"Type":"\\u0041WS::RDS::DBInstance"}}}',
      'database',
      null,
    ],
    ['in YAML with an escaped letter', 'Resources: {Thing: {Type: "\\x41WS::RDS::DBInstance"}}', 'database', null],
    ['behind an anchor', 'x: &t AWS::RDS::DBInstance\nResources:\n  Thing: {Type: *t}\n', 'database', null],
    ['merged in', 'x: &d {Type: AWS::RDS::DBInstance}\nResources:\n  Thing:\n    <<: *d\n', 'database', null],
    [
      'with the tags of CloudFormation',
      resource(
        'AWS::RDS::DBInstance',
        '    Properties:\n      A: !Ref B\n      C: !GetAtt D.E\n      F: !Sub "${G}"\n      H: !If [a, !Ref b, {c: d}]\n',
      ),
      'database',
      null,
    ],
  ])('%s', (_name, text, kind, deletionPolicy) => {
    const { declared, faults } = readExtension(extension(text))
    expect(faults).toEqual([])
    expect(declared).toMatchObject([{ file: FILE, logicalId: 'Thing', kind, deletionPolicy }])
  })

  it.each<[string, string]>([
    ['a comment', '# Type: AWS::RDS::DBInstance\nfiles: {}\n'],
    ['a command that speaks of one', 'commands:\n  01:\n    command: echo AWS::RDS::DBInstance\n'],
    ['what only belongs to a database', resource('AWS::RDS::DBSubnetGroup')],
    ['a policy of a bucket', resource('AWS::S3::BucketPolicy')],
    ['a change of the group’s own', 'Resources:\n  AWSEBAutoScalingGroup:\n    Properties: {Cooldown: 60}\n'],
    ['nothing', ''],
    ['a list', '- a\n- b\n'],
    ['resources without a type', 'Resources:\n  A: {}\n  B: text\n  C: null\n'],
    [
      'a database that is switched off',
      'option_settings:\n  aws:rds:dbinstance:\n    HasCoupledDatabase: false\n    DBEngine: mysql\n',
    ],
    ['a deletion policy alone', 'option_settings:\n  aws:rds:dbinstance:\n    DBDeletionPolicy: Retain\n'],
  ])('takes no database from %s', (_name, text) => {
    expect(readExtension(extension(text))).toMatchObject({ unread: null, declared: [] })
  })

  it.each<[string, string]>([
    [
      'as a map',
      'option_settings:\n  aws:rds:dbinstance:\n    DBEngine: postgres\n    DBPassword: never-shown\n    DBDeletionPolicy: Snapshot\n',
    ],
    [
      'as a list',
      'option_settings:\n- namespace: aws:rds:dbinstance\n  option_name: DBInstanceClass\n  value: db.t3.micro\n- namespace: aws:rds:dbinstance\n  option_name: DBDeletionPolicy\n  value: Snapshot\n',
    ],
    [
      'by its flag',
      'option_settings:\n  "aws:rds:dbinstance": {HasCoupledDatabase: "true", DBDeletionPolicy: Snapshot}\n',
    ],
  ])('knows option settings that ask for a database: %s', (_name, text) => {
    const { declared } = readExtension(extension(text))
    expect(declared).toEqual([
      { file: FILE, logicalId: '', type: 'aws:rds:dbinstance', kind: 'database', deletionPolicy: 'Snapshot' },
    ])
    expect(JSON.stringify(declared)).not.toContain('never-shown')
  })

  it.each<[string, string, RegExp]>([
    ['a tab', 'Resources:\n\tDb:\n\t\tType: AWS::RDS::DBInstance\n', /^line 2: Tabs/],
    ['an unclosed bracket', '{"Resources": {"Db": {"Type": "AWS::RDS::DBInstance"}', /^line 1: /],
    ['an unclosed quote', 'a: "AWS::RDS::DBInstance\nb: c\n', /^line \d: /],
    ['a wrong indentation', 'Resources:\n    Db:\n      Type: AWS::RDS::DBInstance\n   x: y\n', /^line 4: /],
    ['two documents', 'a: b\n---\nResources: {Db: {Type: AWS::RDS::DBInstance}}\n', /documents/],
    [
      'too many aliases',
      `a: &a [x, AWS::RDS::DBInstance]\n${Array.from({ length: 9 }, (_, i) => `b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`},`.repeat(9)}]`).join('\n')}\n`,
      /alias/i,
    ],
    ['too deep a nesting', `${'['.repeat(50_000)}AWS::RDS::DBInstance`, /stack|nest|deep|depth/i],
  ])('says why it does not parse, and finds the database all the same: %s', (_name, text, says) => {
    const { faults, unread, declared } = readExtension(extension(text))
    expect(faults.join('\n')).toMatch(says)
    expect(unread).toBe('it does not parse')
    expect(declared.map(({ type }) => type)).toContain('AWS::RDS::DBInstance')
  })

  it('tells keys that stand twice, with their lines, and parses on', () => {
    const read = readExtension(extension('files:\n  a: 1\nfiles:\n  b: 2\nResources: {Db: {Type: AWS::S3::Bucket}}\n'))
    expect(read).toMatchObject({ unread: null, faults: [], duplicates: ['line 3: files'] })
    expect(read.declared).toMatchObject([{ type: 'AWS::S3::Bucket' }])
  })

  it('searches what is too long to parse', () => {
    const long = '# filler\n'.repeat(40_000)
    expect(readExtension(extension(`${long}${resource('AWS::RDS::DBInstance')}`))).toMatchObject({
      unread: expect.stringMatching(/longer than 256 KB/),
      declared: [{ type: 'AWS::RDS::DBInstance', kind: 'database' }],
    })
    expect(readExtension(extension(long)).unread).not.toBeNull()
  })

  it('never takes what nobody could read for nothing', () => {
    const unread: Extension = { name: '.ebextensions/secret.config', content: { kind: 'unread', reason: 'encrypted' } }
    const nested = extension(resource('AWS::CloudFormation::Stack'), '.ebextensions/nested.config')
    expect(declaredResources([unread, extension('a: ['), nested, extension('files: {}')])).toMatchObject({
      unread: ['.ebextensions/secret.config', FILE, '.ebextensions/nested.config (AWS::CloudFormation::Stack)'],
    })
  })
})
