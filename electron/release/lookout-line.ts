import type { Colour, Instant } from '../contract/models.ts'
import { whoAnswered } from './fingerprint.ts'
import { spreadOf } from './lookout-pace.ts'
import type { Heard, LineName } from './lookout-tally.ts'
import { type ReleaseState, rolesOf } from './state.ts'
import type { HttpAnswer, KeptConnection, World } from './world.ts'

/** All that is asked with. */
export type Outlook = Pick<World, 'clock' | 'dns' | 'probe'>

/** What one request came to; the instant is whoever asked's to say. */
type Told = Omit<Heard, 'at'>

/** One way of asking, kept up through the release. */
export interface Line {
  readonly name: LineName
  askedAt: Instant
  /** Requests so far; another resolver's turn with each. */
  turns: number
  isBusy: boolean
  /** Whether the side that is swapped to has ever answered it. */
  hasFollowed: boolean
  /**
   * Asks once. `visitsLeft`: whether a request may still go to the side that was left; where not, the address that a name
   * server gave says who would have answered, for a request would count as a visitor there. Rejects only when the signal comes.
   */
  ask(visitsLeft: boolean): Promise<Told>
  /** Ends the connection that is kept. */
  letGo(): void
}

type Found =
  | { readonly kind: 'address'; readonly address: string }
  /** Nobody was visited. */
  | { readonly kind: 'told'; readonly told: Told }

/** A line that nobody has asked yet. */
export function openLine(name: LineName, outlook: Outlook, signal: AbortSignal, state: () => ReleaseState): Line {
  const { dns, probe } = outlook
  const { host, kind } = name
  let kept: { readonly address: string; readonly path: string; readonly connection: KeptConnection } | null = null
  let isHttps = false
  let hasAnswered = false

  function letGo(): void {
    kept?.connection.close()
    kept = null
  }

  /** An address for the host, from the next resolver of the release's panel; never from a memory. */
  async function resolve(visitsLeft: boolean): Promise<Found> {
    const { release } = state()
    const panel = await dns.panel(host, release.settings.panel)
    const resolvers = panel.filter(({ role }) => role === 'resolver')
    const list = resolvers.length > 0 ? resolvers : panel
    const server = list[line.turns % Math.max(1, list.length)]
    if (!server) return nobody('There is no name server to ask')
    const answer = await dns.ask(server, host, signal)
    if (answer.kind !== 'addresses') return nobody(`${server.name}: ${answer.detail}`)
    const version4 = answer.addresses.filter((address) => !address.includes(':'))
    const addresses = version4.length > 0 ? version4 : answer.addresses
    const address = addresses[Math.floor(spreadOf(line.turns, 1) * addresses.length)]
    if (address === undefined) return nobody(`${server.name} gave no address`)
    if (visitsLeft || !isOfLeft(address, state())) return { kind: 'address', address }
    const { from } = rolesOf(state().release.track)
    const said = `${server.name} gives ${address}, an address of ${from}`
    return { kind: 'told', told: { by: from, milliseconds: null, said } }
  }

  /** As a new visitor does. */
  async function askFresh(path: string, visitsLeft: boolean): Promise<Told> {
    const found = await resolve(visitsLeft)
    if (found.kind === 'told') return found.told
    const { address } = found
    const get = (https: boolean) => probe.get({ address, host, path, ...(https ? { https } : {}) }, signal)
    const answer = await get(isHttps)
    if (isHttps || kind !== 'domain') return tell(answer)
    const isNowhere = answer.kind === 'failure' && !hasAnswered
    if (!isNowhere && !leadsToHttps(answer, host)) return tell(answer)
    const secure = await get(true)
    isHttps = secure.kind === 'answer'
    return tell(isHttps ? secure : answer)
  }

  /** As a program does that keeps its connection: it asks DNS again only when that has ended. */
  async function askKept(path: string, visitsLeft: boolean): Promise<Told> {
    if (kept && (kept.path !== path || (!visitsLeft && isOfLeft(kept.address, state())))) letGo()
    let answer = kept ? await kept.connection.get(signal) : null
    if (answer === null) {
      const found = await resolve(visitsLeft)
      if (found.kind === 'told') return found.told
      const { address } = found
      kept = { address, path, connection: probe.keep({ address, host, path }) }
      answer = await kept.connection.get(signal)
    }
    if (answer === null || answer.kind === 'failure') letGo()
    return answer ? tell(answer) : { by: 'error', milliseconds: null, said: 'The connection ended at once' }
  }

  function tell(answer: HttpAnswer): Told {
    const by = whoAnswered(state().baseline?.fingerprint, answer, setsOf(state()))
    hasAnswered ||= answer.kind === 'answer'
    return { by, ...toldOf(answer) }
  }

  const line: Line = {
    name,
    askedAt: Number.NEGATIVE_INFINITY,
    turns: 0,
    isBusy: false,
    hasFollowed: false,
    ask(visitsLeft) {
      line.turns += 1
      const path = state().release.settings.checks[0]?.path ?? '/'
      return kind === 'kept' ? askKept(path, visitsLeft) : askFresh(path, visitsLeft)
    },
    letGo,
  }
  return line
}

/** How quickly it was answered, and what went wrong. Pure. */
export function toldOf(answer: HttpAnswer): Pick<Heard, 'milliseconds' | 'said'> {
  if (answer.kind === 'failure') return { milliseconds: null, said: answer.detail }
  return { milliseconds: answer.milliseconds, said: answer.status >= 500 ? `HTTP ${answer.status}` : null }
}

function nobody(said: string): Found {
  return { kind: 'told', told: { by: 'error', milliseconds: null, said } }
}

/** A domain that is served over HTTPS only sends its visitors there. */
function leadsToHttps(answer: HttpAnswer, host: string): boolean {
  if (answer.kind !== 'answer' || answer.status < 300 || answer.status > 399) return false
  return (answer.headers['location'] ?? '').toLowerCase().startsWith(`https://${host}`)
}

/** Whether an address is one of the side that was left, and of no other. */
function isOfLeft(address: string, state: ReleaseState): boolean {
  const sets = setsOf(state)
  const { to, from } = rolesOf(state.release.track)
  return sets[from].includes(address) && !sets[to].includes(address)
}

function setsOf({ baseline, addresses }: ReleaseState): Readonly<Record<Colour, readonly string[]>> {
  const of = (colour: Colour): readonly string[] => [...(baseline?.addresses[colour] ?? []), ...addresses[colour]]
  return { blue: of('blue'), green: of('green') }
}
