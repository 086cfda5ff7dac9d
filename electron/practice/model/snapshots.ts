import type { Account } from './account.ts'
import { AwsError } from './aws-error.ts'
import type { DatabaseRecord, SnapshotRecord, Tag } from './records.ts'

// What RDS needs for a small database (developer guide: by size).
const SNAPSHOT_SECONDS = 180

/** Takes a snapshot of a database; it is `creating` for three minutes. Throws when the name is taken. */
export function takeSnapshot(
  account: Account,
  database: DatabaseRecord,
  identifier: string,
  tags: readonly Tag[] = [],
): SnapshotRecord {
  if (account.snapshots.some((snapshot) => snapshot.identifier === identifier)) {
    throw new AwsError(
      'DBSnapshotAlreadyExists',
      `Cannot create the snapshot because a snapshot with the identifier ${identifier} already exists.`,
    )
  }
  const snapshot: SnapshotRecord = {
    identifier,
    databaseIdentifier: database.identifier,
    arn: `arn:aws:rds:${account.region}:${account.accountId}:snapshot:${identifier}`,
    created: account.now,
    available: account.now + SNAPSHOT_SECONDS * 1000,
    engine: database.engine,
    engineVersion: database.engineVersion,
    allocatedStorage: database.allocatedStorage,
    port: database.port,
    userName: database.userName,
    databaseCreated: database.created,
    tags,
  }
  account.snapshots.push(snapshot)
  return snapshot
}

/** How far a snapshot is, 0 to 100. */
export function snapshotProgress(account: Account, { created, available }: SnapshotRecord): number {
  return account.now >= available ? 100 : Math.floor((100 * (account.now - created)) / (available - created))
}
