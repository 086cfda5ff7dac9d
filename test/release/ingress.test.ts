import { describe, expect, it } from 'vitest'
import { ingressDifference, ruleInWords, rulesAt } from '../../electron/release/ingress.ts'
import type { IngressRule, StackResource } from '../../electron/release/world.ts'

const group = (logicalId: string, physicalId: string): StackResource => ({
  logicalId,
  physicalId,
  type: 'AWS::EC2::SecurityGroup',
  status: 'CREATE_COMPLETE',
})
const stackOf = (colour: string) => [
  group('AWSEBSecurityGroup', `sg-${colour}`),
  group('AWSEBLoadBalancerSecurityGroup', `sg-${colour}-lb`),
]
const rule = (groupId: string, source: string, change: Partial<IngressRule> = {}): IngressRule => ({
  groupId,
  protocol: 'tcp',
  fromPort: 80,
  toPort: 80,
  source,
  ...change,
})
const everything = { protocol: '-1', fromPort: -1, toPort: -1 }

function differ(blue: readonly IngressRule[], green: readonly IngressRule[]): readonly [string[], string[]] {
  const { extra, missing } = ingressDifference(
    { resources: stackOf('blue'), rules: blue },
    { resources: stackOf('green'), rules: green },
  )
  return [extra.map(ruleInWords), missing.map(ruleInWords)]
}

describe('the ingress rules of blue and green', () => {
  it.each<[string, readonly IngressRule[], readonly IngressRule[], readonly [string[], string[]]]>([
    ['agree', [rule('sg-blue-lb', '0.0.0.0/0')], [rule('sg-green-lb', '0.0.0.0/0')], [[], []]],
    ['name each its own load balancer', [rule('sg-blue', 'sg-blue-lb')], [rule('sg-green', 'sg-green-lb')], [[], []]],
    [
      'differ where the clone is open to the internet',
      [rule('sg-blue-lb', '198.51.100.0/24')],
      [rule('sg-green-lb', '0.0.0.0/0')],
      [['TCP 80 from the whole internet (0.0.0.0/0)'], []],
    ],
    [
      'differ where an office was shut out',
      [rule('sg-blue-lb', '198.51.100.0/24')],
      [],
      [[], ['TCP 80 from 198.51.100.0/24']],
    ],
    [
      'differ where another port is open',
      [rule('sg-blue', '10.0.0.0/8')],
      [rule('sg-green', '10.0.0.0/8', { fromPort: 80, toPort: 90 })],
      [['TCP 80-90 from 10.0.0.0/8'], []],
    ],
    [
      'agree where a wider rule of blue covers it',
      [rule('sg-blue', '10.0.0.0/8', everything)],
      [rule('sg-green', '10.1.0.0/16'), rule('sg-green', '10.0.0.0/8', everything)],
      [[], []],
    ],
    [
      'differ by protocol',
      [rule('sg-blue', '10.0.0.0/8')],
      [rule('sg-green', '10.0.0.0/8', { protocol: 'udp' })],
      [['UDP 80 from 10.0.0.0/8'], ['TCP 80 from 10.0.0.0/8']],
    ],
    [
      'differ where the whole internet comes in by version 6 alone',
      [rule('sg-blue-lb', '2001:db8::/32')],
      [rule('sg-green-lb', '::/0')],
      [['TCP 80 from the whole internet (::/0)'], []],
    ],
    [
      'differ where green lets in a group of another',
      [],
      [rule('sg-green', 'sg-stranger')],
      [['TCP 80 from sg-stranger'], []],
    ],
    [
      'differ where green lets in the load balancer of blue',
      [rule('sg-blue', 'sg-blue-lb')],
      [rule('sg-green', 'sg-green-lb'), rule('sg-green', 'sg-blue-lb')],
      [['TCP 80 from sg-blue-lb'], []],
    ],
    [
      'are those of the instances and of the load balancer, each by itself',
      [rule('sg-blue-lb', '0.0.0.0/0')],
      [rule('sg-green-lb', '0.0.0.0/0'), rule('sg-green', '0.0.0.0/0')],
      [['TCP 80 from the whole internet (0.0.0.0/0)'], []],
    ],
    ['are not those of other groups', [rule('sg-other', '0.0.0.0/0')], [rule('sg-else', '10.0.0.0/8')], [[], []]],
  ])('%s', (_words, blue, green, expected) => {
    expect(differ(blue, green)).toEqual(expected)
  })

  it('have a narrow rule of blue made before the wide one of green that stood in for it is taken away', () => {
    const { extra, missing, replaced } = ingressDifference(
      { resources: stackOf('blue'), rules: [rule('sg-blue', '10.0.0.0/8')] },
      { resources: stackOf('green'), rules: [rule('sg-green', '0.0.0.0/0')] },
    )
    expect([extra.length, missing.length, replaced.map(ruleInWords)]).toEqual([1, 0, ['TCP 80 from 10.0.0.0/8']])
  })

  it('are made at green as they are at blue, with green’s own groups in place of blue’s', () => {
    const { missing } = ingressDifference(
      { resources: stackOf('blue'), rules: [rule('sg-blue', 'sg-blue-lb')] },
      { resources: stackOf('green'), rules: [] },
    )
    expect([...rulesAt(stackOf('green'), missing)]).toEqual([['sg-green', [rule('sg-green', 'sg-green-lb')]]])
  })
})
