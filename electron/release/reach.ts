import type { Environment } from '../contract/models.ts'
import type { ReleaseState } from './state.ts'
import type { Hands, Sight } from './step.ts'
import type { HttpAnswer } from './world.ts'

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*)$/i

/**
 * The addresses behind an environment's own endpoint, from every server of the release's panel: a load balancer's answers
 * rotate, so one answer is not the set. An endpoint of a single instance is the address itself.
 */
export async function addressesOf(
  environment: Environment | null,
  { release }: ReleaseState,
  { world, signal }: Hands,
): Promise<readonly string[]> {
  const endpoint = environment?.endpointUrl
  if (!endpoint) return []
  if (ADDRESS.test(endpoint)) return [endpoint]
  const servers = await world.dns.panel(endpoint, release.settings.panel)
  const answers = await Promise.all(servers.map((server) => world.dns.ask(server, endpoint, signal)))
  return [...new Set(answers.flatMap((answer) => (answer.kind === 'addresses' ? answer.addresses : [])))].toSorted()
}

/** The addresses behind both environments' own endpoints. */
export async function bothAddresses(
  state: ReleaseState,
  sight: Sight,
  hands: Hands,
): Promise<{ readonly blue: readonly string[]; readonly green: readonly string[] }> {
  const [blue, green] = await Promise.all([
    addressesOf(sight.blue, state, hands),
    addressesOf(sight.green, state, hands),
  ])
  return { blue, green }
}

/** One request to an environment itself, with the production name as its Host. */
export async function ask(
  addresses: readonly string[],
  host: string,
  path: string,
  { world, signal }: Hands,
): Promise<HttpAnswer> {
  const [address] = addresses
  if (address === undefined)
    return { kind: 'failure', detail: 'no address is known for it yet', milliseconds: 0, address: null }
  return world.probe.get({ address, host, path }, signal)
}

/** What an answer was, in one line. */
export function said(answer: HttpAnswer): string {
  return answer.kind === 'answer'
    ? `HTTP ${answer.status} in ${Math.round(answer.milliseconds)} ms from ${answer.address}`
    : answer.detail
}
