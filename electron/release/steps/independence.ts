import type { DatabaseEvidence } from '../couplings.ts'
import { independenceGate, otherDataGate, readDatabaseEvidence, sharedDataGate } from '../independence.ts'
import { describe, evidence, gate, isReady, type Step } from '../step.ts'

interface Facts {
  readonly database: DatabaseEvidence | null
}

/** Blue must be a Ready web environment that can be replaced without its database. Changes nothing. */
export const independence: Step<Facts> = {
  id: 'independence',
  hasLever: false,
  factsSeconds: 20,

  async observe(_state, sight, { world }) {
    return { database: sight.blue ? await readDatabaseEvidence(world, sight.blue) : null }
  },

  judge(state, sight, { database }) {
    const { blue } = sight
    const seen = [evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(blue))]
    const cluster =
      database?.settings.ok === true &&
      database.settings.value.some(({ namespace }) => namespace === 'aws:elasticbeanstalk:eks')
    const gates = [
      blue && blue.status !== 'Terminated'
        ? gate(
            'blue-readable',
            'The environment is there',
            'passed',
            `${blue.name} serves ${state.release.productionCname}.`,
            seen,
          )
        : gate(
            'blue-readable',
            'The environment is there',
            'failed',
            `${state.release.blue.name} is not there any more.`,
            seen,
            {
              remedy: 'Stop this release and choose the environment that serves production now.',
            },
          ),
      blue?.cname?.toLowerCase() === state.release.productionCname.toLowerCase()
        ? gate(
            'holds-production',
            'It holds the production URL',
            'passed',
            `${state.release.productionCname} belongs to ${blue.name}.`,
            seen,
          )
        : gate(
            'holds-production',
            'It holds the production URL',
            'failed',
            'Somebody else has swapped this environment since the release began.',
            seen,
            {
              remedy: 'Stop this release and start again from the environment that holds the production URL now.',
            },
          ),
      isReady(blue)
        ? gate('blue-ready', 'Nothing else is changing it', 'passed', 'Its status is Ready.', seen)
        : gate(
            'blue-ready',
            'Nothing else is changing it',
            'waiting',
            `Its status is ${blue?.status ?? 'unknown'}: another change is under way.`,
            seen,
            {
              remedy: 'Wait until that change has ended; this goes on by itself then.',
            },
          ),
      blue?.tier === 'WebServer'
        ? gate(
            'web-tier',
            'It is a web server environment',
            'passed',
            'Its tier is WebServer: it has a URL that can be swapped.',
            seen,
          )
        : gate(
            'web-tier',
            'It is a web server environment',
            'failed',
            `Its tier is ${blue?.tier ?? 'unknown'}: it has no URL, so there is nothing to swap.`,
            seen,
            {
              remedy: 'Update a worker environment in place, from the AWS console.',
            },
          ),
      cluster
        ? gate(
            'standard',
            'It is a standard environment',
            'failed',
            'It runs on an EKS cluster; its releases work in another way.',
            seen,
            {
              remedy: 'Release it from the AWS console.',
            },
          )
        : gate(
            'standard',
            'It is a standard environment',
            database?.settings.ok ? 'passed' : 'unknown',
            database?.settings.ok ? 'It runs on its own EC2 instances.' : 'Its settings could not be read.',
            seen,
          ),
    ]
    const proofs = database ? [independenceGate(database), otherDataGate(database), sharedDataGate(database)] : []
    return { gates, proofs, due: null, progress: null, stuck: null }
  },

  async act() {
    // Looks only.
  },
}
