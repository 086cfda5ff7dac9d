import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateSecurityGroupCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import { DescribeApplicationsCommand } from '@aws-sdk/client-elastic-beanstalk'
import {
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
} from '@aws-sdk/client-rds'
import { expect, it } from 'vitest'
import type { KeyPair } from '../../../electron/practice/server/practice.ts'
import { clientsOf } from '../server/clients.ts'
import { startPractice } from '../start-practice.ts'

it('keeps what was changed around Elastic Beanstalk, and who may sign, when it is killed', async () => {
  const state = await mkdtemp(join(tmpdir(), 'signalbox-around-'))
  try {
    const first = await startPractice({ users: false, state })
    const { ec2, rds } = clientsOf(first)
    const { GroupId = '' } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'mine', Description: 'mine' }))
    const DBInstanceIdentifier = 'shop-production'
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier, DBSnapshotIdentifier: 'mine' }))
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: false }))
    const policy = { Statement: { Effect: 'Allow', Action: 'elasticbeanstalk:*', Resource: '*' } }
    const keys = await first.control<KeyPair>('/users', { name: 'anna', policy })
    await first.kill()

    const second = await startPractice({ users: false, state })
    const clients = clientsOf(second)
    const { SecurityGroups = [] } = await clients.ec2.send(new DescribeSecurityGroupsCommand({ GroupNames: ['mine'] }))
    expect(SecurityGroups.map((group) => group.GroupId)).toEqual([GroupId])
    const { DBSnapshots = [] } = await clients.rds.send(new DescribeDBSnapshotsCommand({}))
    expect(DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier)).toEqual(['mine'])
    const { DBInstances = [] } = await clients.rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))
    expect(DBInstances[0]?.DeletionProtection).toBe(false)
    await clientsOf(second, keys).beanstalk.send(new DescribeApplicationsCommand({}))
    await second.stop()
  } finally {
    await rm(state, { recursive: true, force: true })
  }
})
