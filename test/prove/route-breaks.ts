import type { Breakage } from './breaks.ts'
import type { History } from './history.ts'

/** An operator who leaves the database with blue until the swap. */
const LATER: Partial<History> = { coupled: true, decouples: true, later: true, turnsBackAt: null, stopsAt: null }

/** What the laws must notice where blue's database is decoupled after the swap. */
export const ROUTE_BREAKAGES: readonly Breakage[] = [
  {
    name: 'the route goes on without protection',
    meets: {
      ...LATER,
      planned: [
        {
          track: 'forward',
          step: 'clone',
          calls: 0,
          deed: { kind: 'hand', act: 'switch the protection of the database off' },
        },
      ],
    },
    edits: [
      {
        file: 'release/route.ts',
        find: '  if (!details.deletionProtection)\n',
        put: '  if (details.deletionProtection === null)\n',
      },
    ],
  },
  {
    name: 'blue is retired while its database is coupled',
    meets: LATER,
    edits: [
      {
        file: 'release/steps/retire.ts',
        find: '    if (parting) return parting\n',
        put: '',
      },
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
    name: 'green is made with the coupling of blue',
    meets: LATER,
    edits: [
      {
        file: 'release/route.ts',
        find: "    remove: base.filter(({ namespace, optionName }) => namespace === DATABASE && optionName !== 'HasCoupledDatabase'),",
        put: '    remove: [],',
      },
      {
        file: 'release/route.ts',
        find: "      option(DATABASE, 'HasCoupledDatabase', 'false'),\n",
        put: '',
      },
      { file: 'release/route.ts', find: '  const verdict = verdictOf(green)\n', put: "  const verdict = ''\n" },
    ],
  },
  {
    name: 'blue is decoupled before production has left it',
    meets: LATER,
    edits: [
      {
        file: 'release/decouple.ts',
        find: "const BESIDE = ['snapshot', 'protect', 'let-in'] as const",
        put: "const BESIDE = ['snapshot', 'protect', 'let-in', 'retain'] as const",
      },
    ],
  },
]
