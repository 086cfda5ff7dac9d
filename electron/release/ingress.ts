import type { IngressRule, StackResource } from './world.ts'

/** The groups of an environment's own stack that let users and load balancers in, by their part in it (AWS developer guide, security groups). */
const PARTS: Readonly<Record<string, string>> = {
  AWSEBSecurityGroup: 'instances',
  AWSEBLoadBalancerSecurityGroup: 'load balancer',
}

/** A rule with its group, and a source that is one of the environment's own groups, named by their part. */
export interface PartRule {
  readonly logicalId: string
  readonly part: string
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  /** `own:<logical id>` for a group of the same environment. */
  readonly source: string
}

/** How green's rules differ from blue's. */
export interface IngressDifference {
  /** Green lets in who blue does not. */
  readonly extra: readonly PartRule[]
  /** Blue lets in who green does not. */
  readonly missing: readonly PartRule[]
  /** Blue's rules that only a wider one of green's stands in for: they have to be there before that one is taken away. */
  readonly replaced: readonly PartRule[]
  readonly same: readonly PartRule[]
}

/** The physical ids of the groups whose rules are compared. */
export function groupsOfStack(resources: readonly StackResource[]): ReadonlyMap<string, string> {
  return new Map(
    resources
      .filter(({ logicalId, status }) => PARTS[logicalId] !== undefined && status !== 'DELETE_COMPLETE')
      .map(({ logicalId, physicalId }) => [logicalId, physicalId]),
  )
}

/** Compares by part; a rule that another one already covers changes nothing and is no difference. */
export function ingressDifference(
  blue: { readonly resources: readonly StackResource[]; readonly rules: readonly IngressRule[] },
  green: { readonly resources: readonly StackResource[]; readonly rules: readonly IngressRule[] },
): IngressDifference {
  const left = byPart(blue)
  const right = byPart(green)
  const isCoveredBy = (rules: readonly PartRule[]) => (rule: PartRule) => rules.some((other) => covers(other, rule))
  const same = right.filter(isCoveredBy(left))
  const gone = left.filter((rule) => !isCoveredBy(same)(rule))
  return {
    extra: right.filter((rule) => !isCoveredBy(left)(rule)),
    missing: gone.filter((rule) => !isCoveredBy(right)(rule)),
    replaced: gone.filter(isCoveredBy(right)),
    same,
  }
}

function byPart({
  resources,
  rules,
}: {
  readonly resources: readonly StackResource[]
  readonly rules: readonly IngressRule[]
}): readonly PartRule[] {
  const logical = new Map([...groupsOfStack(resources)].map(([logicalId, physicalId]) => [physicalId, logicalId]))
  return rules.flatMap(({ groupId, protocol, fromPort, toPort, source }) => {
    const logicalId = logical.get(groupId)
    if (logicalId === undefined) return []
    const own = logical.get(source)
    const part = PARTS[logicalId] ?? logicalId
    return [{ logicalId, part, protocol, fromPort, toPort, source: own === undefined ? source : `own:${own}` }]
  })
}

function covers(wide: PartRule, narrow: PartRule): boolean {
  const [any, ports] = [wide.protocol === '-1', wide.protocol === narrow.protocol && holdsPorts(wide, narrow)]
  const source = wide.source === narrow.source || holdsRange(wide.source, narrow.source)
  return wide.logicalId === narrow.logicalId && (any || ports) && source
}

function holdsPorts(wide: PartRule, narrow: PartRule): boolean {
  if (wide.fromPort === -1) return true
  return narrow.fromPort !== -1 && wide.fromPort <= narrow.fromPort && narrow.toPort <= wide.toPort
}

/** Whether an IPv4 range holds another; ranges of IPv6 only where one is everything or both are the same. */
function holdsRange(wide: string, narrow: string): boolean {
  if (wide === '::/0') return narrow.includes(':') && narrow.includes('/')
  const [outer, inner] = [rangeOf(wide), rangeOf(narrow)]
  if (!outer || !inner || outer.bits > inner.bits) return false
  const size = 2 ** (32 - outer.bits)
  return Math.floor(outer.start / size) === Math.floor(inner.start / size)
}

function rangeOf(text: string): { readonly start: number; readonly bits: number } | null {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text)
  if (!match) return null
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number)
  return { start: ((a * 256 + b) * 256 + c) * 256 + d, bits }
}

/** A rule in words: "TCP 80 from everywhere". */
export function ruleInWords({ protocol, fromPort, toPort, source }: PartRule): string {
  const what =
    protocol === '-1'
      ? 'everything'
      : `${protocol.toUpperCase()} ${fromPort === -1 ? 'on every port' : fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`
  return `${what} from ${sourceInWords(source)}`
}

function sourceInWords(source: string): string {
  if (source === '0.0.0.0/0' || source === '::/0') return `the whole internet (${source})`
  if (source.startsWith('own:')) return `its own ${PARTS[source.slice(4)] ?? 'group'}`
  return source
}

/** The rules as they are to be made or taken away at the groups of one stack, by group. */
export function rulesAt(
  resources: readonly StackResource[],
  rules: readonly PartRule[],
): ReadonlyMap<string, readonly IngressRule[]> {
  const groups = groupsOfStack(resources)
  const found = new Map<string, IngressRule[]>()
  for (const { logicalId, protocol, fromPort, toPort, source } of rules) {
    const groupId = groups.get(logicalId)
    const physical = source.startsWith('own:') ? groups.get(source.slice(4)) : source
    if (groupId === undefined || physical === undefined) continue
    found.set(groupId, [...(found.get(groupId) ?? []), { groupId, protocol, fromPort, toPort, source: physical }])
  }
  return found
}
