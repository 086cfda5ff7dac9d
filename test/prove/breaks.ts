import { CLONE_BREAKAGES } from './clone-breaks.ts'
import type { History, Planned } from './history.ts'
import { ROUTE_BREAKAGES } from './route-breaks.ts'

/** One place of the source that is changed for a breakage. The text must be there, once, so that this list stays true. */
interface Edit {
  /** Below `electron/`. */
  readonly file: string
  readonly find: string
  readonly put: string
}

export interface Breakage {
  readonly name: string
  readonly edits: readonly Edit[]
  /** What a history must meet for the mistake to matter; a test puts it into each, so that few are enough. */
  readonly meets?: Partial<History>
}

/** One deed at a moment of the way forward. */
function at(step: Planned['step'], calls: number, deed: Planned['deed']): Planned {
  return { track: 'forward', step, calls, deed }
}

const LOST: Planned['deed'] = { kind: 'fault', call: 'swapCnames', code: 'network', when: 'after', times: 1 }

/** Nothing that another hand did is noticed: several guards stand in a row, and a breakage must pass them all. */
const NO_DRIFT: Edit = {
  file: 'release/drift.ts',
  find: '  return drifts.find(',
  put: '  return [...drifts].slice(0, 0).find(',
}

/** Who holds production is asked for right before a change, and what AWS answers is not heard. */
const NOT_HEARD: Edit = {
  file: 'release/engine.ts',
  find: '=== holderOf(state, sight)) return perform(found)',
  put: '!== undefined) return perform(found)',
}

/** The decoupling first, while the policy that deletes the database is deployed and nothing protects it. */
const STAGES_OUT_OF_ORDER: Edit = {
  file: 'release/decouple.ts',
  find: "['snapshot', 'protect', 'retain', 'decouple', 'connect'] as const",
  put: "['snapshot', 'decouple', 'protect', 'retain', 'connect'] as const",
}

/** What the laws must notice: mistakes a release engine could really have, each as a change of its source. */
export const BREAKAGES: readonly Breakage[] = [
  {
    name: 'swap does not re-read the owner',
    meets: { planned: [at('swap', 0, LOST)] },
    edits: [
      NO_DRIFT,
      {
        file: 'release/steps/swap.ts',
        find: '    if (holderOf(state, sight) === to.colour)\n      return { database',
        put: "    if (holderOf(state, sight) === to.colour && recordOf(state, 'swap').effects['swap-cnames'] !== undefined)\n      return { database",
      },
      {
        file: 'release/steps/swap.ts',
        find: '    const holder = holderOf(state, sight)\n    const swappedAt',
        put: "    const holder = record.effects['swap-cnames'] === undefined ? from.colour : holderOf(state, sight)\n    const swappedAt",
      },
      {
        file: 'release/steps/swap.ts',
        find: '  const holder = holderOf(state, sight)\n  const common',
        put: '  const holder = from.colour\n  const common',
      },
      NOT_HEARD,
    ],
  },
  {
    name: 'journal after the call',
    edits: [
      {
        file: 'release/step.ts',
        find: "  record({ kind: 'intent', at: world.clock.now(), ...note })\n  const made = await call()",
        put: "  const made = await call()\n  record({ kind: 'intent', at: world.clock.now(), ...note })",
      },
    ],
  },
  {
    name: 'environments are known by name',
    meets: {
      planned: [at('independence', 0, { kind: 'hand', act: "create an environment of green's name" })],
    },
    edits: [
      NO_DRIFT,
      {
        file: 'release/look.ts',
        find: '      ids: green.id === null ? [blue.id] : [blue.id, green.id],',
        put: '      names: [blue.name, green.name],',
      },
      {
        file: 'release/look.ts',
        find: 'listed.find((environment) => environment.id === id) ?? null',
        put: 'listed.find((environment) => environment.name === (id === blue.id ? blue.name : green.name) && environment.status !== "Terminated") ?? null',
      },
      {
        file: 'release/steps/retire.ts',
        find: '    const id = release[from.colour].id\n    // The last look',
        put: '    const id = from.environment?.id ?? null\n    // The last look',
      },
    ],
  },
  {
    name: 'unknown counts as passed',
    meets: { planned: [at('independence', 0, { kind: 'denied', call: 'resources' })] },
    edits: [
      {
        file: 'contract/models.ts',
        find: "  return gate.status === 'passed' ||",
        put: "  return gate.status === 'passed' || gate.status === 'unknown' ||",
      },
    ],
  },
  {
    name: 'a waiver needs no reason',
    meets: {
      planned: [at('propagation', 8, { kind: 'wish', wish: 'waive everything without a reason' })],
    },
    edits: [{ file: 'release/engine.ts', find: "if (reason.trim() === '')", put: 'if (reason === undefined)' }],
  },
  {
    name: 'everything can be waived',
    meets: {
      isStubborn: true,
      planned: [at('deploy', 0, { kind: 'hand', act: 'couple a database to blue' })],
    },
    edits: [
      { file: 'release/engine.ts', find: 'if (!known.waivable) throw', put: 'if (known.id === undefined) throw' },
      { file: 'release/step.ts', find: 'return each.waivable && each.status', put: 'return each.status' },
    ],
  },
  {
    name: 'no waiting for AWS after a lost answer',
    meets: { lagMilliseconds: 20_000, planned: [at('swap', 0, LOST)] },
    edits: [
      {
        file: 'release/step.ts',
        find: 'return now - newest < READ_LAG_MILLISECONDS',
        put: 'return now - newest < 0',
      },
    ],
  },
  {
    name: 'no last look before a call',
    meets: { callMilliseconds: 1_100, turnsBackAt: null, stopsAt: null },
    edits: [
      {
        file: 'release/engine.ts',
        find: '        if (found.gates !== null) found = await observe(true)\n        // Nor',
        put: '        // Nor',
      },
      {
        file: 'release/engine.ts',
        find: '() => observe(true))',
        put: '() => observe(false))',
      },
      {
        file: 'release/engine.ts',
        find: 'if ((await readHolder(state, world)) === holderOf(state, sight)) return',
        put: 'if (readHolder !== undefined) return',
      },
    ],
  },
  {
    name: 'independence is not read again before the swap',
    edits: [
      {
        file: 'release/steps/swap.ts',
        find: '      readDatabaseEvidence(hands.world, blue),',
        put: '      null,',
      },
      {
        file: 'release/route.ts',
        find: "'unknown', 'Blue could not be read.', [])",
        put: "'passed', 'It was independent once.', [])",
      },
    ],
  },
  {
    name: 'terminate does not ask for a database',
    meets: { planned: [at('propagation', 0, { kind: 'hand', act: 'couple a database to blue' })] },
    edits: [
      {
        file: 'release/steps/retire.ts',
        find: '? [independenceGate(facts.database), otherDataGate(facts.database)]',
        put: '? []',
      },
      // Its database lets it in, and would be noticed by that.
      {
        file: 'release/steps/retire.ts',
        find: "  return referring.value.length === 0\n    ? gate('no-dependants'",
        put: "  return referring.value.length >= 0\n    ? gate('no-dependants'",
      },
    ],
  },
  {
    name: 'the template is left behind',
    edits: [
      {
        file: 'release/steps/clone.ts',
        find: "templateLeft ? 'delete-template' :",
        put: "templateLeft === null ? 'delete-template' :",
      },
      {
        file: 'release/steps/clone.ts',
        find: "templateLeft ? 'waiting' : 'passed'",
        put: "templateLeft === null ? 'waiting' : 'passed'",
      },
    ],
  },
  {
    name: 'retire before propagation',
    edits: [
      {
        file: 'release/engine.ts',
        find: 'if (found.due === null && allOpen(found.proofs)) return proved(id)',
        put: "if (found.due === null && (id === 'propagation' || allOpen(found.proofs))) return proved(id)",
      },
    ],
  },
  {
    name: 'a name server is believed at once',
    edits: [
      {
        file: 'release/verdict.ts',
        find: 'isNew && now - newSince >= needed',
        put: 'isNew && needed > 0',
      },
    ],
  },
  {
    name: 'propagation looks at the first name server only',
    edits: [
      {
        file: 'release/verdict.ts',
        find: 'observations.servers.map((observed) => tell(',
        put: 'observations.servers.slice(0, 1).map((observed) => tell(',
      },
    ],
  },
  {
    name: 'roll back swaps without the capacity gate',
    meets: {
      turnsBackAt: 'retire',
      singleInstance: false,
      planned: [at('propagation', 0, { kind: 'hand', act: 'shrink blue' })],
    },
    edits: [
      {
        file: 'release/steps/swap.ts',
        find: '      capacityGate(state, sight, stack),\n',
        put: '',
      },
    ],
  },
  {
    name: 'green is found by its name without the tag',
    meets: {
      planned: [
        at('clone', 0, { kind: 'fault', call: 'createEnvironment', code: 'network', when: 'before', times: 1 }),
        at('clone', 32, { kind: 'hand', act: "create an environment of green's name" }),
      ],
    },
    edits: [
      {
        file: 'release/look.ts',
        find: 'if (tags.some(({ key, value }) => key === RELEASE_TAG && value === release.id)) return environment',
        put: 'if (tags.some(({ key }) => key === RELEASE_TAG)) return environment',
      },
    ],
  },
  {
    name: 'terminate does not ask who holds production',
    meets: {
      planned: [at('retire', 0, { kind: 'hand', act: 'swap blue and green' })],
    },
    edits: [
      NO_DRIFT,
      {
        file: 'release/steps/retire.ts',
        find: '    holder === to.colour\n      ? gate(',
        put: '    holder !== undefined\n      ? gate(',
      },
      {
        file: 'release/steps/retire.ts',
        find: ' || holderOf(state, sight) === from.colour) return',
        put: ') return',
      },
      NOT_HEARD,
    ],
  },
  {
    name: 'decouple before retain',
    meets: { coupled: true, decouples: true },
    edits: [
      STAGES_OUT_OF_ORDER,
      { file: 'release/decouple.ts', find: '      await checkRetain(world, seen)\n', put: '' },
    ],
  },
  {
    name: 'the policy is not read again before the decoupling',
    meets: { coupled: true, decouples: true },
    edits: [{ file: 'release/decouple.ts', find: '      await checkRetain(world, seen)\n', put: '' }],
  },
  {
    name: 'Retain is sent along with the decoupling',
    meets: { coupled: true, decouples: true },
    edits: [
      {
        file: 'release/decouple.ts',
        find: "      return update([option('aws:rds:dbinstance', 'HasCoupledDatabase', 'false')])",
        put: "      return update([\n        option('aws:rds:dbinstance', 'DBDeletionPolicy', 'Retain'),\n        option('aws:rds:dbinstance', 'HasCoupledDatabase', 'false'),\n      ])",
      },
    ],
  },
  ...ROUTE_BREAKAGES,
  ...CLONE_BREAKAGES,
  {
    name: 'a roll back forgets that production has moved',
    meets: { turnsBackAt: 'retire' },
    edits: [
      {
        file: 'release/state.ts',
        find: '        rollbackSwapped: entry.swapped,',
        put: '        rollbackSwapped: false,',
      },
      NO_DRIFT,
      {
        file: 'release/steps/retire.ts',
        find: '    holder === to.colour\n      ? gate(',
        put: '    holder !== undefined\n      ? gate(',
      },
      {
        file: 'release/steps/retire.ts',
        find: ' || holderOf(state, sight) === from.colour) return',
        put: ') return',
      },
      NOT_HEARD,
    ],
  },
]
