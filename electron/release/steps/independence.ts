import type { DatabaseEvidence } from '../couplings.ts'
import { actDecoupling, type DecouplingFacts, decouplingOf, readDecoupling, stageOf } from '../decouple.ts'
import { dependenciesOf } from '../dependencies.ts'
import { otherDataGate, readDatabaseEvidence, sharedDataGate } from '../independence.ts'
import { questionsGate } from '../questions.ts'
import { bindingGates, routesOf } from '../route.ts'
import { describe, evidence, gate, healthGate, isReady, type Step } from '../step.ts'

interface Facts {
  readonly database: DatabaseEvidence | null
  readonly decoupling: DecouplingFacts | null
}

/**
 * Blue must be a Ready web environment that can be replaced without its database. Changes nothing, unless the operator
 * has a database decoupled from it: then each change has its own lever.
 */
export const independence: Step<Facts> = {
  id: 'independence',
  hasLever: true,
  factsSeconds: 20,

  async observe(state, sight, { world, record }) {
    const database = sight.blue ? await readDatabaseEvidence(world, sight.blue) : null
    const dependencies = database && dependenciesOf(database, state)
    if (dependencies && JSON.stringify(dependencies) !== JSON.stringify(state.dependencies))
      record({ kind: 'dependencies', at: world.clock.now(), dependencies })
    return { database, decoupling: database && (await readDecoupling(world, state, database)) }
  },

  judge(state, sight, { database, decoupling }) {
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
    const proofs = database
      ? [
          ...bindingGates(state, database, { decoupling, green: null }),
          otherDataGate(database),
          sharedDataGate(database),
          questionsGate(state),
        ]
      : []
    const found = database && decoupling ? decouplingOf(state, database, decoupling, sight.at) : null
    const stage = found && stageOf(state, found, sight.at)
    const routes = routesOf(state, database)
    if (!stage)
      return {
        gates,
        proofs: [...proofs, ...(found?.proofs ?? [])],
        due: null,
        progress: null,
        stuck: null,
        offersLever: false,
        routes,
      }
    return {
      gates: [...gates, healthGate('blue-ok', 'Blue is Ready and Ok', sight.blue, sight.blueHealth, sight.at, false)],
      ...stage,
      proofs: [...proofs, ...found.proofs],
      routes,
    }
  },

  async act(action, state, _sight, { database, decoupling }, hands) {
    if (database && decoupling) await actDecoupling(action, state, database, decoupling, hands)
  },
}
