import { problem } from '../../electron/contract/problem.ts'
import type { DatabaseDetails, DatabaseInstance, OptionSetting } from '../../electron/release/world.ts'
import type { fakeCloud } from './cloud.ts'

export const DATABASE = 'aa1b2c3d4'
const OWN_GROUP = 'sg-database'
const LAUNCH = 'aws:autoscaling:launchconfiguration'
const RDS = 'aws:rds:dbinstance'

function policyOf(settings: readonly OptionSetting[]): string | null | undefined {
  return settings.find(({ namespace, optionName }) => namespace === RDS && optionName === 'DBDeletionPolicy')?.value
}

/** RDS and the security groups around it, as far as a decoupling touches them; time is the cloud's. */
export function fakeRds(cloud: ReturnType<typeof fakeCloud>) {
  const details = new Map<string, DatabaseDetails>()
  const snapshots = new Map<string, number>()
  const groups = new Map<string, string>()
  const allowed = new Set<string>()

  function existing(id: string): DatabaseDetails {
    const found = details.get(id)
    if (!found) throw problem('not-found', `RDS has no ${id}`)
    return found
  }

  const changes = {
    createSnapshot(id: string, snapshotId: string) {
      existing(id)
      if (snapshots.has(snapshotId)) throw problem('refused-by-aws', 'The snapshot exists already')
      snapshots.set(snapshotId, cloud.now() + 60_000)
    },
    protect(id: string) {
      details.set(id, { ...existing(id), deletionProtection: true })
    },
    createGroup({ name }: { readonly name: string }) {
      if (groups.has(name)) throw problem('refused-by-aws', 'The group exists already')
      groups.set(name, `sg-${groups.size + 1}-made`)
    },
    allow(groupId: string, from: string, port: number) {
      allowed.add(`${groupId} ${from} ${port}`)
    },
    /** As AWS: beside a decoupling everything else is ignored, and the policy that was active before decides; a protected one stays. */
    updateSettings(id: string, settings: readonly OptionSetting[]) {
      const target = cloud.existing(id)
      if (target.status !== 'Ready') throw problem('refused-by-aws', `${target.name} must be Ready`)
      const before = target.settings
      const off = settings.find(({ optionName, value }) => optionName === 'HasCoupledDatabase' && value === 'false')
      const set = off ? [off] : settings
      const next = [
        ...before.filter(
          (each) =>
            !set.some(({ namespace, optionName }) => namespace === each.namespace && optionName === each.optionName),
        ),
        ...set,
      ]
      cloud.begin(target, 'Updating', 90, () => {
        const guarded = off && details.get(DATABASE)?.deletionProtection && policyOf(before) !== 'Retain'
        if (!guarded) target.settings = next
        cloud.settle(target)
        if (!off || guarded) return
        target.resources = (target.resources ?? []).filter(({ physicalId }) => physicalId !== DATABASE)
        if (policyOf(before) !== 'Retain') details.delete(DATABASE)
      })
    },
  }

  return {
    changes,
    details,
    snapshots,
    groups,
    allowed,
    /** As RDS lists them. */
    listed: (): readonly DatabaseInstance[] =>
      [...details].map(([id, { host, deletionProtection, groupIds }]) => ({
        id,
        host,
        status: 'available',
        deletionProtection,
        stackName: `awseb-${cloud.blue.id}-stack`,
        securityGroupIds: groupIds,
      })),
    reads: {
      details: (id: string) => details.get(id) ?? null,
      snapshot: (id: string) => {
        const at = snapshots.get(id)
        return at === undefined ? null : { status: cloud.now() >= at ? 'available' : 'creating' }
      },
      groupNamed: (name: string) => {
        const id = groups.get(name)
        return id === undefined ? null : { id }
      },
      allows: (groupId: string, from: string, port: number) => allowed.has(`${groupId} ${from} ${port}`),
    },
    /** Gives blue a database of its own. */
    couple(policy: string): void {
      const setting = (namespace: string, optionName: string, value: string): OptionSetting => ({
        namespace,
        optionName,
        value,
        resourceName: null,
      })
      cloud.blue.settings = [
        setting(RDS, 'HasCoupledDatabase', 'true'),
        setting(RDS, 'DBDeletionPolicy', policy),
        setting(LAUNCH, 'SecurityGroups', 'sg-e-blue000001'),
      ]
      cloud.blue.resources = [
        ...(cloud.blue.resources ?? []),
        {
          logicalId: 'AWSEBRDSDatabase',
          physicalId: DATABASE,
          type: 'AWS::RDS::DBInstance',
          status: 'CREATE_COMPLETE',
        },
      ]
      details.set(DATABASE, {
        host: `${DATABASE}.abc.eu-central-1.rds.amazonaws.com`,
        port: 3306,
        name: 'ebdb',
        user: 'ebroot',
        deletionProtection: false,
        groupIds: [OWN_GROUP],
      })
    },
  }
}
