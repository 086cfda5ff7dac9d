import type { Dependencies } from '../contract/independence.ts'
import { couplingsOf, type DatabaseEvidence, databasesInStack, type Policy } from './couplings.ts'
import type { ReleaseState } from './state.ts'

type Node = Dependencies['nodes'][number]

const FATES: Readonly<Record<Policy, Node['fate']>> = { delete: 'dies', snapshot: 'snapshot', retain: 'stays' }

/** What hangs on an environment, as a picture: what goes with it when it is terminated, what stays, who refers to whom. Pure. */
export function dependenciesOf(seen: DatabaseEvidence, state: Pick<ReleaseState, 'release' | 'route'>): Dependencies {
  const { environment, resources, databases, referring } = seen
  const couplings = couplingsOf(seen)
  const listed = (resources.ok && resources.value) || []
  const inStack = databasesInStack(listed)
  const ownGroup = listed.find(({ logicalId }) => logicalId === 'AWSEBSecurityGroup')
  const nodes: Node[] = [
    {
      id: environment.id,
      kind: 'environment',
      label: environment.name,
      detail: `${environment.id}, with its load balancer and instances`,
      fate: 'dies',
      refersTo: [],
    },
  ]
  const add = (node: Node) => {
    if (!nodes.some(({ id }) => id === node.id)) nodes.push(node)
  }
  if (!resources.ok || resources.value === null) {
    add({
      id: 'stack',
      kind: 'unknown',
      label: `awseb-${environment.id}-stack`,
      detail: 'What is in its stack could not be read',
      fate: 'unknown',
      refersTo: [],
    })
  }
  if (ownGroup) {
    add({
      id: ownGroup.physicalId,
      kind: 'group',
      label: ownGroup.physicalId,
      detail: 'Security group of its instances',
      fate: 'dies',
      refersTo: [],
    })
  }
  for (const { kind, about, policy, text } of couplings) {
    if (about === undefined) continue
    const database = inStack.find(({ physicalId }) => physicalId === about)
    if (kind === 'stack-database')
      add({
        id: about,
        kind: 'database',
        label: about,
        detail: database?.type ?? '',
        fate: FATES[policy ?? 'delete'],
        refersTo: [],
      })
    if (kind === 'data')
      add({
        id: about,
        kind: policy === undefined ? 'data' : 'database',
        label: about,
        detail: listed.find(({ physicalId }) => physicalId === about)?.type ?? '',
        fate: 'dies',
        refersTo: [],
      })
    if (kind === 'external' || kind === 'other-environment' || kind === 'left-over')
      add({ id: about, kind: 'database', label: about, detail: text, fate: 'stays', refersTo: [] })
  }
  for (const { id, name } of (referring.ok && referring.value) || []) {
    if (listed.some(({ physicalId }) => physicalId === id)) continue
    const behind = ((databases.ok && databases.value) || []).filter(({ securityGroupIds }) =>
      securityGroupIds.includes(id),
    )
    for (const database of behind)
      add({
        id: database.id,
        kind: 'database',
        label: database.id,
        detail: 'A database outside',
        fate: 'stays',
        refersTo: [id],
      })
    add({
      id,
      kind: 'group',
      label: name,
      detail: `${id} lets in the security group of this environment`,
      fate: 'stays',
      refersTo: ownGroup ? [ownGroup.physicalId] : [],
    })
  }
  // Green, which is not there yet, is drawn as it will be on the route that leaves the database with blue until the swap.
  if (state.route === 'decouple-later') nodes.push(...greenNodes(state, inStack))
  return { nodes }
}

function greenNodes(
  { release }: Pick<ReleaseState, 'release'>,
  inStack: ReturnType<typeof databasesInStack>,
): readonly Node[] {
  const group = `signalbox-${release.id}`
  return [
    {
      id: group,
      kind: 'group',
      label: group,
      detail: 'Security group that is made for green; the database lets it in',
      fate: 'stays',
      refersTo: [],
    },
    {
      id: release.green.name,
      kind: 'environment',
      label: release.green.name,
      detail: 'Green, without a database of its own: it uses this one from outside',
      fate: 'stays',
      refersTo: [group, ...inStack.map(({ physicalId }) => physicalId)],
    },
  ]
}
