import type {
  Environment,
  EnvironmentEvent,
  Gate,
  GateStatus,
  Health,
  Lane,
  ReleaseView,
  StepStatus,
  StepView,
} from '../../electron/contract/models.ts'
import { STEP_IDS, type StepId } from '../../electron/contract/steps.ts'

/** A fixed account time for every fixture. */
export const AT = Date.UTC(2026, 10, 23, 9, 30, 0)
export const PRODUCTION = 'shop.eu-central-1.elasticbeanstalk.com'

/** An environment in good order; the rest says what is different. */
export function environment(rest: Partial<Environment> = {}): Environment {
  const name = rest.name ?? 'shop-a'
  return {
    id: 'e-abc123def4',
    name,
    arn: `arn:aws:elasticbeanstalk:eu-central-1:000000000000:environment/shop/${name}`,
    application: 'shop',
    cname: PRODUCTION,
    endpointUrl: 'awseb-e-a-1.eu-central-1.elb.amazonaws.com',
    status: 'Ready',
    healthColor: 'Green',
    healthStatus: 'Ok',
    versionLabel: 'shop-1.4.2',
    tier: 'WebServer',
    platformArn: 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 24 running on 64bit Amazon Linux 2023/6.6.0',
    platform: 'Node.js 24, Amazon Linux 2023',
    operationsRole: null,
    abortable: false,
    createdAt: AT - 90 * 86_400_000,
    updatedAt: AT - 3_600_000,
    ...rest,
  }
}

/** A gate that has passed, unless said otherwise. */
export function gate(id: string, title: string, status: GateStatus = 'passed', rest: Partial<Gate> = {}): Gate {
  return {
    id,
    title,
    status,
    summary: status === 'passed' ? 'It holds.' : 'It does not hold yet.',
    evidence: [
      {
        source: 'elasticbeanstalk:DescribeEnvironments',
        at: AT - 4000,
        text: 'shop-a (e-abc123def4): Ready, Green/Ok, version shop-1.4.2',
      },
    ],
    waivable: false,
    ...rest,
  }
}

/** A step that is still ahead, unless said otherwise. */
export function stepView(id: StepId, status: StepStatus = 'ahead', rest: Partial<StepView> = {}): StepView {
  return { id, status, gates: [], proofs: [], progress: null, enteredAt: null, provedAt: null, ...rest }
}

export function health(instances: number, status = 'Ok', rest: Partial<Health> = {}): Health {
  return {
    at: AT - 5000,
    status,
    color: status === 'Ok' ? 'Green' : 'Grey',
    causes: [],
    requests: 124,
    windowSeconds: 10,
    instances: Array.from({ length: instances }, (_, index) => ({
      id: `i-0${index}a1b2c3d4e5f6`,
      status,
      versionLabel: 'shop-1.4.2',
      causes: [],
    })),
    ...rest,
  }
}

/** Traffic that goes from one rate to another over ten minutes, with some life in it. */
export function traffic(from: number, to: number) {
  return Array.from({ length: 60 }, (_, index) => {
    const part = 1 / (1 + Math.exp(-(index - 30) / 4))
    const wave = 1 + 0.12 * Math.sin(index * 1.7) + 0.05 * Math.sin(index * 0.6)
    return { at: AT - (60 - index) * 10_000, requestsPerSecond: Math.max(0, (from + (to - from) * part) * wave) }
  })
}

export function lane(colour: 'blue' | 'green', rest: Partial<Lane> = {}): Lane {
  return {
    colour,
    name: colour === 'blue' ? 'shop-a' : 'shop-green-1123',
    environment: colour === 'blue' ? environment() : null,
    gone: false,
    health: colour === 'blue' ? health(3) : null,
    holdsProduction: colour === 'blue',
    traffic: colour === 'blue' ? traffic(12, 13) : [],
    ...rest,
  }
}

const EVENTS: readonly EnvironmentEvent[] = [
  ['INFO', 'shop-green-1123', 'createEnvironment is starting.', 400],
  [
    'INFO',
    'shop-green-1123',
    'Using elasticbeanstalk-eu-central-1-000000000000 as Amazon S3 storage bucket for environment data.',
    398,
  ],
  ['INFO', 'shop-green-1123', 'Created security group named: sg-0f4b1a2c3d4e5f607', 377],
  ['INFO', 'shop-green-1123', 'Waiting for EC2 instances to launch. This may take a few minutes.', 300],
  [
    'WARN',
    'shop-green-1123',
    'Environment health has transitioned to Pending. Initialization in progress (running for 3 seconds). There are no instances.',
    290,
  ],
  ['INFO', 'shop-green-1123', 'Added instance [i-00a1b2c3d4e5f6] to your environment.', 250],
  ['INFO', 'shop-green-1123', 'Successfully launched environment: shop-green-1123', 10],
  ['INFO', 'shop-a', 'Swapping CNAMEs for environments ‘shop-a’ and ‘shop-green-1123’.', 5],
].map(([severity, environmentName, message, ago]) => ({
  at: AT - Number(ago) * 1000,
  severity: String(severity),
  environmentName: String(environmentName),
  message: String(message),
}))

/** A release at a step; every step before it is proved. */
export function releaseView(at: StepId, current: Partial<StepView>, rest: Partial<ReleaseView> = {}): ReleaseView {
  const index = STEP_IDS.indexOf(at)
  const steps = Object.fromEntries(
    STEP_IDS.map((id, place) => {
      const enteredAt = AT - (7 - place) * 400_000
      if (place < index) {
        return [
          id,
          stepView(id, 'proved', {
            enteredAt,
            provedAt: enteredAt + 380_000,
            gates: [gate('one', 'The environment is there'), gate('two', 'Nothing else is changing it')],
            proofs: [gate('proof', 'It was seen')],
          }),
        ]
      }
      return [id, place === index ? stepView(id, 'ready', { enteredAt: AT - 60_000, ...current }) : stepView(id)]
    }),
  ) as Record<StepId, StepView>
  return {
    release: {
      id: 'shop-1123-a1',
      account: { kind: 'practice', accountId: '000000000000', region: 'eu-central-1' },
      application: 'shop',
      productionCname: PRODUCTION,
      blue: { id: 'e-abc123def4', name: 'shop-a' },
      green: {
        name: 'shop-green-1123',
        cnamePrefix: 'shop-green-1123',
        templateName: 'signalbox-shop-1123-a1',
        id: index > 1 ? 'e-grn987xyz6' : null,
      },
      settings: { bakeSeconds: 300, soakSeconds: 3600, checks: [{ path: '/', expectStatus: 200, contains: '' }] },
      startedAt: AT - 2_800_000,
      endedAt: null,
      outcome: null,
      track: 'forward',
      step: at,
    },
    versionLabel: index > 2 ? 'shop-1.5.0' : null,
    steps,
    rollbackSteps: [],
    routes: null,
    lanes: { blue: lane('blue'), green: lane('green') },
    events: index === 0 ? [] : EVENTS,
    resolvers: [],
    answers: {},
    dependencies: null,
    probes: [],
    problem: null,
    paused: false,
    choices: [
      {
        id: 'roll-back',
        title: 'Roll back',
        effect: 'Terminates shop-green-1123. Production stays on shop-a, untouched.',
      },
      {
        id: 'stop',
        title: 'Stop this release',
        effect:
          'Leaves everything in AWS exactly as it is now and closes the journal. Green, where it exists, stays and costs money.',
      },
    ],
    clock: { at: AT, speed: 1 },
    journal: { entries: 143, lastHash: '9f2c51d0a7e4b86f3d1c0e5a94b7f826d3c1a0e9f8b7a6d5c4e3f2a1b0c9d8e7' },
    ...rest,
  }
}
