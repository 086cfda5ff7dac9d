import type { Breakage } from './breaks.ts'
import type { History } from './history.ts'

/** An operator who goes the whole way, and has repaired what can be. */
const WHOLE: Partial<History> = { turnsBackAt: null, stopsAt: null, isStubborn: false, repairs: true, coupled: false }

/** What the laws must notice where green is made otherwise than blue, is made like it, or blue is wanted back. */
export const CLONE_BREAKAGES: readonly Breakage[] = [
  {
    name: 'green keeps what was held off',
    meets: { ...WHOLE, managed: true },
    edits: [
      {
        file: 'release/put-back.ts',
        find: '      during !== after && settingIn(settings, namespace, optionName) === during,',
        put: '      during === after && settingIn(settings, namespace, optionName) === during,',
      },
    ],
  },
  {
    name: 'the rules of green are given to blue',
    meets: { ...WHOLE, narrowed: true, singleInstance: false },
    edits: [
      {
        file: 'release/fidelity.ts',
        find: '          { resources: resources.blue, rules: rules.value },\n          { resources: resources.green, rules: rules.value },',
        put: '          { resources: resources.green, rules: rules.value },\n          { resources: resources.blue, rules: rules.value },',
      },
      {
        file: 'release/repairs.ts',
        find: 'stacks.green.ok ? (stacks.green.value ?? []) : []',
        put: 'stacks.blue.ok ? (stacks.blue.value ?? []) : []',
      },
    ],
  },
  {
    name: 'blue is scaled in place of green',
    meets: {
      ...WHOLE,
      basicHealth: false,
      singleInstance: false,
      planned: [{ track: 'forward', step: 'clone', calls: 0, deed: { kind: 'hand', act: 'let blue scale out' } }],
    },
    edits: [
      {
        file: 'release/repairs.ts',
        find: '    elasticBeanstalk.updateSettings(\n      green.id,',
        put: '    elasticBeanstalk.updateSettings(\n      state.release.blue.id,',
      },
    ],
  },
  {
    name: 'blue is rebuilt without a look whether it is there',
    meets: {
      ...WHOLE,
      rebuilds: true,
      planned: [
        {
          track: 'forward',
          step: 'retire',
          calls: 0,
          deed: { kind: 'fault', call: 'rebuild', code: 'network', when: 'after', times: 1 },
        },
      ],
    },
    edits: [
      {
        file: 'release/rebuild.ts',
        find: '  if (living?.id === id)\n    return problem',
        put: '  if (living === null)\n    return problem',
      },
      { file: 'release/rebuild.ts', find: '  if (living)\n', put: '  if (living && living.id !== id)\n' },
      { file: 'release/rebuild.ts', find: '  if (!available)\n', put: '  if (!available && living?.id !== id)\n' },
    ],
  },
]
