import type { Entry } from '../../electron/contract/entries.ts'
import type { Environment, ReleaseView } from '../../electron/contract/models.ts'
import type { Account } from '../../electron/practice/model/account.ts'
import type { EnvironmentRecord } from '../../electron/practice/model/records.ts'
import { valueOf } from '../../electron/practice/model/settings.ts'
import { replay } from '../../electron/release/state.ts'
import type { DatabaseDetails, DnsAnswer } from '../../electron/release/world.ts'
import { TEMPLATE_NAME } from './begin.ts'
import { PRODUCTION } from './door/account.ts'
import type { Net } from './door/network.ts'
import type { CallName } from './history.ts'
import {
  answeringOf,
  type Change,
  type Followed,
  holderOf,
  isOurs,
  type Known,
  type Lost,
  type Made,
  RESTART,
  type Sight,
  type Trace,
  type Truth,
} from './trace.ts'

export type Recorder = ReturnType<typeof createRecorder>

const TWO_TTLS_MILLISECONDS = 120_000

/** Writes down what the laws are about while a history is lived through. */
export function createRecorder(parts: {
  readonly account: Account
  readonly net: Net
  readonly blue: EnvironmentRecord
  readonly entries: readonly Entry[]
}) {
  const { account, net, blue, entries } = parts
  const made: Made[] = []
  const production: Sight[] = []
  const followed: Followed[] = []
  const lost: Lost[] = []
  /** Every database there has been, with the environment that made it. */
  const databases = new Map<string, string>()
  const unlike = new Set<string>()
  const deadEnds = new Set<string>()
  const touched = new Map<string, NonNullable<Sight['because']>>()
  const known = {
    listed: new Map<string, { readonly at: number; readonly cname: string | null }>(),
    settings: new Map<string, number | null>(),
    stack: new Map<string, number | null>(),
    databases: null as number | null,
    guarded: { protected: null as number | null, snapshot: null as number | null },
    last: '',
  }
  /** Of each name server: whose addresses it has given, and since when without a break. */
  let said = new Map<string, { readonly by: string; readonly since: number; readonly last: number }>()
  let visits: { readonly at: number; readonly by: string | null }[] = []

  /** Tells which databases have come, and which are there no more. */
  function count(): void {
    for (const { identifier, tags } of account.databases.values()) {
      const made = tags.find(({ key }) => key === 'elasticbeanstalk:environment-id')?.value
      databases.set(identifier, made ?? '')
    }
    for (const [database, environment] of databases) {
      if (account.databases.has(database)) continue
      databases.delete(database)
      lost.push({ at: account.now, database, because: touched.get(environment) ?? null })
    }
  }

  function look(): void {
    if (account.databases.size !== databases.size) count()
    const holder = holderOf(account)
    const answers = holder !== undefined && answeringOf(account, holder) > 0
    const last = production.at(-1)
    if (last !== undefined && last.holder === (holder?.id ?? null) && last.answers === answers) return
    const because = touched.get(holder?.id ?? last?.holder ?? '') ?? null
    production.push({ at: account.now, holder: holder?.id ?? null, answers, because })
  }

  function lastKnown(): Known {
    return {
      listed: Object.fromEntries(known.listed),
      settings: Object.fromEntries(known.settings),
      stack: Object.fromEntries(known.stack),
      databases: known.databases,
      guarded: { ...known.guarded },
      last: known.last,
    }
  }

  return {
    look,
    touched: (id: string, by: 'us' | 'another hand', what: string) => touched.set(id, { by, what }),
    made(name: Change, targets: readonly string[], truth: Truth, settings?: readonly string[]) {
      const asked = settings === undefined ? {} : { settings }
      made.push({ at: account.now, name, targets, truth, known: lastKnown(), entries: entries.length, ...asked })
      // Saving an environment's configuration does nothing to it.
      const what = settings?.some((setting) => setting.includes(' RDS_')) ? RESTART : name
      if (name !== 'createTemplate') for (const id of targets) touched.set(id, { by: 'us', what })
      if (name === 'swapCnames') said = new Map()
      look()
    },
    read(name: CallName, subject: string, answer: unknown) {
      const at = answer === null ? null : account.now
      known.last = answer === null ? '' : `${name} ${subject}`
      if (name === 'describeEnvironments' && answer !== null) {
        for (const { id, cname } of answer as readonly Environment[]) known.listed.set(id, { at: account.now, cname })
      }
      if (name === 'deployedSettings') {
        const environment = [...account.environments.values()].findLast((each) => each.name === subject)
        if (environment) known.settings.set(environment.id, at)
      }
      if (name === 'resources') known.stack.set(subject, at)
      if (name === 'databases') known.databases = at
      if (name === 'details')
        known.guarded.protected = (answer as DatabaseDetails | null)?.deletionProtection ? account.now : null
      if (name === 'snapshot')
        known.guarded.snapshot = (answer as { status: string } | null)?.status === 'available' ? account.now : null
    },
    asked(server: string, name: string, answer: DnsAnswer) {
      if (name !== PRODUCTION) return
      const by = answer.kind === 'addresses' ? (net.at(answer.addresses[0] ?? '')?.id ?? 'nobody') : answer.kind
      const before = said.get(server)
      said.set(server, { by, since: before?.by === by ? before.since : account.now, last: account.now })
    },
    visited(address: string) {
      visits.push({ at: account.now, by: net.at(address)?.id ?? null })
    },
    entered(entry: Entry) {
      if (entry.kind === 'entered' && entry.step === 'propagation') visits = []
      if (entry.kind !== 'proved' || entry.step !== 'propagation') return
      const holder = holderOf(account)?.id ?? null
      const left = [...account.environments.values()].filter(({ id }) => id !== holder)
      const behind = net.panel.filter(({ name }) => {
        const heard = said.get(name)
        return heard?.by !== holder || heard === undefined || heard.last - heard.since < TWO_TTLS_MILLISECONDS
      })
      followed.push({
        at: account.now,
        entries: entries.length,
        behind: behind.map(({ name }) => name),
        answeredByNew: visits.slice(-10).filter(({ by }) => by === holder).length,
        stillVisited: left.reduce((sum, environment) => sum + requestsOf(account, environment), 0),
      })
    },
    shown(view: ReleaseView) {
      if (view.problem?.code === 'unexpected')
        deadEnds.add(`Something unexpected: ${view.problem.detail?.split('\n').slice(0, 3).join(' | ') ?? ''}`)
      if (view.release.outcome === null && !view.choices.some(({ id }) => id === 'stop'))
        deadEnds.add(`No way on at ${view.release.step}`)
    },
    unlike: (...found: readonly string[]) => {
      for (const each of found) unlike.add(each)
    },
    deadEnd: (what: string) => deadEnds.add(what),
    trace(): Trace {
      count()
      return {
        blue: blue.id,
        entries,
        made,
        production,
        followed,
        lost,
        unlike: [...unlike],
        deadEnds: [...deadEnds],
        left: {
          environments: [...account.environments.values()]
            .filter(({ tags, status }) => status !== 'Terminated' && tags.some(isOurs))
            .map(({ id }) => id),
          templates: [...account.templates.values()]
            .filter(({ name }) => name === TEMPLATE_NAME)
            .map(({ name }) => name),
          held: stillHeld(account, entries),
        },
      }
    },
  }
}

/** By the account itself: what decides in the release whether something is owed is what the law is about. */
function stillHeld(account: Account, entries: readonly Entry[]): readonly string[] {
  const { held, release } = replay(entries)
  const green = account.environments.get(release.green.id ?? '')
  return held
    .filter(
      ({ namespace, optionName, during, after }) =>
        during !== after && green !== undefined && valueOf(green.settings, namespace, optionName) === during,
    )
    .map(({ optionName, during }) => `${optionName} = ${during}`)
}

/** Requests that an environment answered in the last half minute, users' and our own. */
function requestsOf(account: Account, environment: EnvironmentRecord): number {
  let count = 0
  for (const { traffic } of environment.instances) {
    for (const slice of traffic.slices) {
      if (slice.start > account.now - 30_000) count += slice.counts.reduce((sum, each) => sum + each, 0)
    }
  }
  return count
}
