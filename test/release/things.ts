import type { Environment, Health } from '../../electron/contract/models.ts'
import type { StepId } from '../../electron/contract/steps.ts'
import type { ReleaseState, StepRecord } from '../../electron/release/state.ts'
import { replay } from '../../electron/release/state.ts'
import type { Reading, Sight } from '../../electron/release/step.ts'
import type { HttpAnswer } from '../../electron/release/world.ts'
import { BLUE_ID, PRODUCTION, START } from './cloud.ts'
import { begunAt } from './drive.ts'
import { fakeAccount } from './world.ts'

const GREEN_ID = 'e-green00001'

/** An environment that is well, but for what is changed. */
export function environment(change: Partial<Environment> = {}): Environment {
  return {
    id: BLUE_ID,
    name: 'shop-blue',
    arn: 'arn:aws:elasticbeanstalk:eu-central-1:111122223333:environment/shop/shop-blue',
    application: 'shop',
    cname: PRODUCTION,
    endpointUrl: 'awseb-blue.eu-central-1.elb.amazonaws.com',
    status: 'Ready',
    healthColor: 'Green',
    healthStatus: 'Ok',
    versionLabel: '1.4.2',
    tier: 'WebServer',
    platformArn: 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 24/6.6.0',
    platform: 'Node.js 24',
    operationsRole: null,
    abortable: false,
    createdAt: START,
    updatedAt: START,
    ...change,
  }
}

export function greenEnvironment(change: Partial<Environment> = {}): Environment {
  const own = {
    id: GREEN_ID,
    name: 'shop-green',
    cname: 'shop-green.eu-central-1.elasticbeanstalk.com',
    versionLabel: '1.5.0',
  }
  return environment({ ...own, endpointUrl: 'awseb-green.eu-central-1.elb.amazonaws.com', ...change })
}

export function health(change: Partial<Health> = {}, instances = 2, versionLabel = '1.5.0'): Health {
  return {
    at: START,
    status: 'Ok',
    color: 'Green',
    causes: [],
    requests: 0,
    windowSeconds: 10,
    instances: Array.from({ length: instances }, (_, index) => ({
      id: `i-${index}`,
      status: 'Ok',
      versionLabel,
      causes: [],
    })),
    ...change,
  }
}

/** Both environments, well, before the swap. */
export function sight(change: Partial<Sight> = {}): Sight {
  return {
    at: START,
    blue: environment(),
    green: greenEnvironment(),
    blueHealth: health({}, 2, '1.4.2'),
    greenHealth: health(),
    traffic: { blue: [], green: [] },
    probes: [],
    ...change,
  }
}

/** The same after it. */
export function swappedSight(change: Partial<Sight> = {}): Sight {
  return sight({
    blue: environment({ cname: 'shop-green.eu-central-1.elasticbeanstalk.com' }),
    green: greenEnvironment({ cname: PRODUCTION }),
    ...change,
  })
}

export function ok<T>(value: T): Reading<T> {
  return { ok: true, value, at: START }
}

/** A release at a step, with what its record says. */
export function stateAt(
  step: StepId,
  records: Partial<Record<StepId, Partial<StepRecord>>> = {},
  change: Partial<ReleaseState> = {},
): ReleaseState {
  const begun = replay(begunAt(fakeAccount()))
  const forward = { ...begun.forward }
  for (const [id, record] of Object.entries(records) as [StepId, Partial<StepRecord>][])
    forward[id] = { ...forward[id], ...record }
  return {
    ...begun,
    release: { ...begun.release, step, green: { ...begun.release.green, id: GREEN_ID } },
    version: { label: '1.5.0', bundle: null, stored: null },
    forward,
    ...change,
  }
}

/** A page that was answered. */
export function answered(more: Partial<Extract<HttpAnswer, { kind: 'answer' }>> = {}) {
  const page = { status: 200, headers: {}, bodySha256: '', body: '', milliseconds: 1, address: '203.0.113.1' }
  return { kind: 'answer' as const, ...page, ...more }
}
