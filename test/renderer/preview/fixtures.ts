import type { ReleaseView } from '../../../electron/contract/models.ts'
import { manyLines, oneSlice, SWAPPED_AGO, timeline } from '../timelines.ts'
import { AT, environment, gate, health, lane, PRODUCTION, releaseView, stepView, traffic } from '../views.ts'
import { LONG_CNAME, LONG_LABEL, LONG_NAME } from './account.ts'
import { greenThere, probes, resolvers, swapped, system } from './parts.ts'

const swapGates = [
  gate('one-application', 'Both belong to one application'),
  gate('nothing-in-flight', 'Both are Ready, nothing is in flight', 'passed', {
    summary: 'Both environments are Ready.',
  }),
  gate('target-ok', 'Green is Ok', 'passed', { summary: 'shop-green-1123 is Ready and Ok.' }),
  gate('holder', 'shop-a holds the production URL', 'passed', { summary: `${PRODUCTION} belongs to shop-a.` }),
  gate('still-tested', 'Green is what was tested', 'passed', { summary: 'Green still runs shop-1.5.0, as tested.' }),
  gate('independent', 'The environment is independent of its database', 'passed', {
    summary: 'Six pieces of evidence agree.',
  }),
]

const swaps = [{ at: AT - SWAPPED_AGO, isBack: false }]

const stuck = [
  { id: 'retry', title: 'Try again', effect: 'Deploys the same version to green once more.' },
  {
    id: 'choose-another-version',
    title: 'Choose another version',
    effect: 'Goes back to Deploy. Green stays; production is untouched.',
  },
  { id: 'roll-back', title: 'Roll back', effect: 'Terminates shop-green-1123. Production stays on shop-a, untouched.' },
  {
    id: 'stop',
    title: 'Stop this release',
    effect:
      'Leaves everything in AWS exactly as it is now and closes the journal. Green, where it exists, stays and costs money.',
  },
] as const

const swapView = releaseView(
  'swap',
  { gates: swapGates },
  { lanes: { blue: lane('blue'), green: greenThere({ versionLabel: 'shop-1.5.0' }) } },
)
const rollbackBase = releaseView('swap', {}, { lanes: swapped })

/** One release per situation worth looking at. */
export const releases: Readonly<Record<string, ReleaseView>> = {
  independence: releaseView('independence', {
    status: 'locked',
    gates: [
      gate('blue-readable', 'The environment is there', 'passed', { summary: `shop-a serves ${PRODUCTION}.` }),
      gate('web-tier', 'It is a web server environment', 'passed', {
        summary: 'Its tier is WebServer: it has a URL that can be swapped.',
      }),
      gate('settings', 'Its settings could be read', 'unknown', {
        summary: 'Access was denied.',
        remedy: 'Ask for the permission elasticbeanstalk:DescribeConfigurationSettings.',
        waivable: true,
      }),
    ],
  }),
  coupled: releaseView('independence', {
    status: 'locked',
    gates: [gate('blue-readable', 'The environment is there'), gate('web-tier', 'It is a web server environment')],
    proofs: [
      gate('independent', 'The environment is independent of its database', 'failed', {
        summary:
          'The database awseb-e-abc123def4-stack-awsebrdsdatabase-1x2y3z belongs to the environment. Terminating it would delete the database; its deletion policy is Delete.',
        remedy:
          'Decouple the database first: take a snapshot, set its deletion policy to Retain, then remove it from the environment.',
      }),
    ],
  }),
  checking: releaseView('independence', { status: 'checking' }),
  clone: releaseView('clone', {
    gates: [
      gate('blue-ok', 'Blue is Ready and Ok', 'passed', { summary: 'shop-a is Ready and Ok.' }),
      gate('name-free', 'Green’s name is free', 'passed', { summary: 'No environment is called shop-green-1123.' }),
      gate('cname-free', 'Green’s URL is free', 'passed', {
        summary: 'shop-green-1123.eu-central-1.elasticbeanstalk.com is free.',
      }),
      gate('quota', 'The account has room for one more environment', 'passed', {
        summary: '4 of 200 environments are used.',
      }),
      gate('no-managed-update', 'No managed platform update is due', 'failed', {
        summary: 'AWS is about to update the platform: Platform update to 6.6.1.',
        remedy: 'Wait until the update has ended.',
        waivable: true,
      }),
    ],
    status: 'locked',
  }),
  cloning: releaseView(
    'clone',
    {
      status: 'watching',
      progress: { label: 'Elastic Beanstalk launches shop-green-1123', fraction: 0.42, secondsLeft: 226 },
    },
    {
      lanes: {
        blue: lane('blue'),
        green: greenThere(
          { status: 'Launching', healthColor: 'Grey', healthStatus: 'Pending', versionLabel: null },
          {
            health: health(0, 'Pending', {
              causes: ['Initialization in progress (running for 3 minutes). There are no instances.'],
              requests: null,
            }),
            traffic: [],
          },
        ),
      },
    },
  ),
  deploy: releaseView(
    'deploy',
    {
      status: 'ready',
      gates: [
        gate('green-ready', 'Green is Ready and Ok'),
        gate('version-chosen', 'A version is chosen and its bundle is sound', 'waiting', {
          summary: 'No version is chosen yet.',
          remedy: 'Choose a bundle, or a version that is in Elastic Beanstalk already.',
        }),
      ],
    },
    { lanes: { blue: lane('blue'), green: greenThere() } },
  ),
  'deploy-stuck': releaseView(
    'deploy',
    {
      status: 'stuck',
      proofs: [
        gate('version-processed', 'Elastic Beanstalk has the version', 'passed', {
          summary: 'shop-1.5.0 is PROCESSED.',
        }),
        gate('label-on-green', 'Green runs this version', 'failed', { summary: 'Green runs shop-1.4.2.' }),
        gate('every-instance', 'Every instance runs this version', 'waiting', {
          summary: '0 of 3 instances run shop-1.5.0.',
          remedy: 'Where it stays like this, deploy the version once more.',
        }),
      ],
    },
    {
      lanes: { blue: lane('blue'), green: greenThere() },
      problem: {
        code: 'refused-by-aws',
        title: 'Version shop-1.5.0 was not deployed',
        meaning:
          'Green is Ready and looks healthy, but it still runs shop-1.4.2: Elastic Beanstalk put the old version back. Production is untouched.',
        remedy: 'Read the events below for the cause. Then choose another version, try again, or roll back.',
        detail:
          'RequestId 7d1c0e5a-94b7-f826-d3c1-a0e9f8b7a6d5\nUpdate environment operation is complete, but with errors.',
      },
      choices: stuck,
    },
  ),
  test: releaseView(
    'test',
    {
      status: 'ready',
      gates: [
        gate('still-deployed', 'Green still runs the version'),
        gate('capacity', 'Green can carry blue’s traffic', 'passed', {
          summary: 'Green has 3 instances that are Ok, blue has 3.',
        }),
      ],
    },
    { lanes: { blue: lane('blue'), green: greenThere({ versionLabel: 'shop-1.5.0' }) } },
  ),
  testing: releaseView(
    'test',
    {
      status: 'watching',
      progress: { label: 'Testing green for 300 s', fraction: 0.63, secondsLeft: 111 },
      gates: [gate('still-deployed', 'Green still runs the version')],
      proofs: [
        gate('check-0', '/ answers 200', 'passed', { summary: '19 times in a row, 31 ms at the median.' }),
        gate('bake', 'It stayed well for the whole bake', 'waiting', {
          summary: '189 of 300 s without a failure.',
          remedy: 'It goes on by itself; a failure starts the bake again.',
          waivable: true,
        }),
        gate('sign-off', 'You have looked at green yourself', 'waiting', {
          summary: 'Open green in the browser, look at what matters to you, then sign off.',
          remedy: 'Sign off below once you have looked.',
          evidence: [],
        }),
      ],
    },
    { lanes: { blue: lane('blue'), green: greenThere({ versionLabel: 'shop-1.5.0' }) } },
  ),
  swap: swapView,
  propagation: releaseView(
    'propagation',
    {
      status: 'watching',
      enteredAt: AT - 300_000,
      progress: { label: 'Waiting until the world has followed', fraction: 0.08, secondsLeft: 3300 },
      proofs: [
        gate('holder', 'shop-green-1123 holds the production URL'),
        gate('resolvers', 'Every name server answers with the new side', 'waiting', {
          summary: '2 of 6 are confirmed; not yet: Resolver B (green), Resolver C (blue), Resolver D (silent).',
          waivable: true,
          remedy: 'Resolvers do not always keep to the TTL: wait. Where one is known never to answer, say so.',
        }),
        gate('fresh-requests', '20 fresh requests in a row are answered by green', 'passed', {
          summary: '20 of 20 in a row.',
        }),
        gate('drained', 'No visitor uses blue any more', 'waiting', {
          summary: '1.2 requests per second now.',
          waivable: true,
        }),
        gate('soak', 'The soak time is over', 'waiting', {
          summary: '300 of 3600 s since the swap.',
          waiver: { reason: 'Agreed with the on-call team, ticket OPS-4711.', at: AT - 20_000 },
          waivable: true,
        }),
      ],
    },
    {
      lanes: swapped,
      resolvers: [...resolvers, system],
      probes,
      timeline,
      swaps,
      drain: {
        trend: 'steady',
        since: AT - 260_000,
        requestsPerSecond: 1.2,
        floor: 0.18,
        idleAt: null,
        words:
          'It has stayed at about 1.2 requests per second for 4 min. Every name server says green: what is left are clients that keep a connection open, or that remember the address themselves, as Java programs may do for ever.',
        advice:
          'Restart those clients, lower the idle timeout of blue’s load balancer so that it closes connections that rest, or wait. Its access log shows who they are.',
      },
      notBefore: {
        at: AT + 162_000,
        because:
          'Head office may hold the old answer until its TTL runs out, and must say the new one for two TTLs (120 s) after that',
        unsettled: ['Resolver C (overruns)', 'Resolver D', 'Resolver E'],
      },
    },
  ),
  'pictures-empty': releaseView(
    'propagation',
    { status: 'watching' },
    { lanes: swapped, timeline: { lines: [], traffic: [] } },
  ),
  'pictures-one': releaseView('propagation', { status: 'watching' }, { lanes: swapped, swaps, timeline: oneSlice }),
  'pictures-many': releaseView(
    'propagation',
    { status: 'watching' },
    { lanes: swapped, swaps, probes, timeline: manyLines },
  ),
  retire: releaseView(
    'retire',
    {
      status: 'ready',
      gates: [
        gate('propagation-proved', 'The world has followed the swap'),
        gate('target-ok', 'shop-green-1123 is Ready and Ok'),
        gate('holds-no-production', 'shop-a does not hold the production URL'),
        gate('independent', 'shop-a holds no database', 'passed', {
          summary: '14 resources go with it, no database among them.',
        }),
        gate('typed-url', 'You typed the production URL', 'waiting', {
          summary: `Type ${PRODUCTION} below to confirm.`,
          evidence: [],
        }),
      ],
    },
    { lanes: swapped, resolvers, timeline, swaps },
  ),
  paused: {
    ...swapView,
    paused: true,
    problem: {
      code: 'credentials-expired',
      title: 'Your sign-in has expired',
      meaning: 'Nothing has failed: the release waits where it stands.',
      remedy: 'Sign in again.',
    },
    choices: [
      { id: 'sign-in', title: 'Sign in again', effect: 'The release goes on where it stands; nothing is done twice.' },
      ...stuck.slice(2),
    ],
  },
  rollback: {
    ...rollbackBase,
    release: { ...rollbackBase.release, track: 'rollback', step: 'propagation' },
    lanes: {
      blue: lane('blue', { traffic: traffic(1, 12) }),
      green: greenThere({ versionLabel: 'shop-1.5.0' }, { traffic: traffic(12, 1.4) }),
    },
    rollbackSteps: [
      stepView('swap', 'proved', { enteredAt: AT - 200_000, provedAt: AT - 170_000, gates: swapGates.slice(0, 4) }),
      stepView('propagation', 'watching', {
        enteredAt: AT - 170_000,
        progress: { label: 'Waiting until the world has followed', fraction: 0.2, secondsLeft: 400 },
        proofs: [
          gate('holder', 'shop-a holds the production URL'),
          gate('drained', 'No visitor uses green any more', 'waiting'),
        ],
      }),
      stepView('retire'),
    ],
    resolvers: resolvers.slice(0, 3),
    probes,
    choices: stuck.slice(3),
  },
  completed: {
    ...releaseView('retire', {
      status: 'proved',
      provedAt: AT - 1000,
      gates: swapGates,
      proofs: [gate('terminated', 'shop-a is terminated')],
    }),
    release: { ...releaseView('retire', {}).release, endedAt: AT, outcome: 'completed' },
    lanes: {
      blue: { ...lane('blue'), environment: null, gone: true, health: null, holdsProduction: false, traffic: [] },
      green: swapped.green,
    },
    choices: [],
  },
  long: {
    ...releaseView('swap', {
      gates: [
        ...swapGates,
        gate('capacity', 'Blue can carry the traffic again', 'failed', {
          summary: `${LONG_NAME} has fewer instances than ${LONG_CNAME}`,
          waivable: true,
        }),
      ],
      status: 'locked',
    }),
    release: {
      ...swapView.release,
      application:
        'customer-portal-for-all-countries-and-all-languages-of-the-european-union-and-some-more-of-them-too',
      productionCname: LONG_CNAME,
      blue: { id: 'e-abc123def4', name: LONG_NAME },
      green: { ...swapView.release.green, name: 'customer-portal-production-europe-west-b' },
    },
    versionLabel: LONG_LABEL,
    lanes: {
      blue: lane('blue', {
        name: LONG_NAME,
        environment: environment({ name: LONG_NAME, cname: LONG_CNAME, versionLabel: LONG_LABEL }),
        health: health(40, 'Warning', {
          color: 'Yellow',
          causes: [
            '12.4 % of the requests to the ELB are erroring with HTTP 4xx. Insufficient request rate to determine health.',
          ],
        }),
      }),
      green: greenThere(
        {
          name: 'customer-portal-production-europe-west-b',
          cname: LONG_CNAME.replace('west-a', 'west-b'),
          versionLabel: LONG_LABEL,
          healthStatus: 'Degraded',
          healthColor: 'Red',
        },
        {
          name: 'customer-portal-production-europe-west-b',
          health: health(24, 'Degraded', {
            color: 'Red',
            causes: [
              'Incorrect application version found on 2 out of 5 instances. Expected version “x” (deployment 14).',
            ],
          }),
        },
      ),
    },
  },
}
