import type { Bridge } from '../../../electron/contract/bridge.ts'
import type { Connection } from '../../../electron/contract/connection.ts'
import type { CallName } from '../../../electron/contract/contract.ts'
import type { ReleaseView } from '../../../electron/contract/models.ts'
import { applications, summaries } from './account.ts'
import { difference, inspectionOf } from './bundles.ts'
import { releases } from './fixtures.ts'

const practice: Connection = {
  kind: 'practice',
  label: 'Practice account',
  accountId: '000000000000',
  arn: 'arn:aws:iam::000000000000:user/operator',
  region: 'eu-central-1',
  clockSpeed: 60,
}
const real: Connection = {
  kind: 'aws',
  label: 'production-admin',
  accountId: '123456789012',
  arn: 'arn:aws:sts::123456789012:assumed-role/Release/ada',
  region: 'eu-central-1',
  clockSpeed: null,
}

/** Answers every call from the fixtures; what would change AWS changes nothing here, except a swap, to see the plate move. */
export function fakeBridge(fixture: string): Bridge {
  const [screen, kind] = fixture.split('@')
  const connection = kind === 'real' ? real : practice
  let heard: (name: string, payload: unknown) => void = () => {}
  let view: ReleaseView | undefined = releases[screen ?? '']

  function answer(name: CallName, input: unknown): unknown {
    switch (name) {
      case 'getStart':
        return {
          version: '0.1.0',
          electron: 'preview',
          profiles: [
            { name: 'production-admin', region: 'eu-central-1', kind: 'SSO' },
            { name: 'staging', region: null, kind: 'Role' },
          ],
          regions: ['eu-central-1', 'eu-west-1', 'us-east-1'],
          connection: screen === 'connect' ? null : connection,
          releases: screen === 'empty' ? [] : summaries,
        }
      case 'connect':
        return connection
      case 'listReleases':
        return screen === 'empty' ? [] : summaries
      case 'listApplications':
        return screen === 'none' ? [] : applications
      case 'listPracticeBundles':
        return [
          {
            fileName: 'shop-1.5.0.zip',
            versionLabel: 'shop-1.5.0',
            description: 'The next version: all is well with it.',
          },
          {
            fileName: 'shop-1.5.1-slow-start.zip',
            versionLabel: 'shop-1.5.1',
            description: 'Needs three minutes until it answers.',
          },
          {
            fileName: 'shop-1.6.0-broken.zip',
            versionLabel: 'shop-1.6.0',
            description: 'Fails to start; Elastic Beanstalk puts the old version back.',
          },
        ]
      case 'choosePracticeBundle':
      case 'chooseBundle': {
        const fileName =
          typeof input === 'object' && input !== null && 'fileName' in input ? String(input.fileName) : 'shop-1.5.0.zip'
        return inspectionOf(fileName)
      }
      case 'compareBundle':
      case 'compareVersion':
        return difference
      case 'inspectVersion': {
        const { bundle, bundleId: _, suggestedLabel: __, ...rest } = inspectionOf('broken.zip')
        return {
          ...rest,
          versionLabel: 'shop-1.5.0',
          sizeBytes: bundle.sizeBytes,
          location: { bucket: 'elasticbeanstalk-eu-central-1-000000000000', key: 'shop/shop-1.5.0.zip' },
        }
      }
      case 'listApplicationVersions':
        return ['shop-1.5.0', 'shop-1.4.2', 'shop-1.4.1'].map((label, index) => ({
          label,
          description: index === 0 ? 'Uploaded by the build' : '',
          status: 'PROCESSED',
          createdAt: 1_790_000_000_000 - index * 9e8,
          bucket: 'elasticbeanstalk-eu-central-1-000000000000',
          key: `${label}.zip`,
        }))
      case 'throwLever':
        if (view && screen === 'swap') setTimeout(() => heard('releaseChanged', releases.propagation), 600)
        return view
      case 'setPracticeSpeed':
        return input
      case 'saveReport':
        return { path: '/home/ada/Documents/signalbox-shop-1123.html' }
      case 'startRelease':
      case 'openRelease':
        view ??= releases.swap
        return view
      default:
        return view ?? null
    }
  }

  return {
    async call(name, input) {
      await new Promise((resolve) => setTimeout(resolve, 30))
      if (screen === 'failing' && name === 'listApplications') {
        return {
          ok: false,
          problem: {
            code: 'access-denied',
            title: 'You may not list the applications',
            meaning: 'Nothing was changed.',
            remedy: 'Ask for the permission elasticbeanstalk:DescribeApplications.',
            detail: 'RequestId 7d1c0e5a',
          },
        }
      }
      return { ok: true, value: answer(name as CallName, input) }
    },
    listen(listener) {
      heard = listener
      if (releases[screen ?? '']) setTimeout(() => void openFixture(), 60)
      return () => {}
    },
  }

  async function openFixture() {
    const { openRelease } = await import('../../../renderer/actions.ts')
    await openRelease('shop-1123-a1')
  }
}
