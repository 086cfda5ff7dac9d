/** A resolver that the operator names: how it is called on the screen, and where it is asked. */
export interface PanelResolver {
  readonly name: string
  /** `host`, `host:port`, `tcp://host:port` or `https://host/path` (DNS over HTTPS). */
  readonly address: string
}

/** Which name servers a release asks, beside the zone's own and this computer's. */
export interface PanelSettings {
  /** False where checks from this computer are not possible: nothing is asked then, and the gates say what is not proved. */
  readonly fromHere: boolean
  readonly resolvers: readonly PanelResolver[]
}

/** Resolvers that anyone may ask, of three operators who cache independently. */
export const PUBLIC_RESOLVERS: readonly PanelResolver[] = [
  { name: 'Cloudflare', address: '1.1.1.1' },
  { name: 'Google', address: '8.8.8.8' },
  { name: 'Quad9', address: '9.9.9.9' },
]

/** The most that one panel may hold: each is asked every few seconds. */
export const MOST_RESOLVERS = 50

const ADDRESS =
  /^(?:(?:tcp:\/\/)?(?:[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::\d{1,5})?|\[[0-9a-f:.]+\](?::\d{1,5})?)|[0-9a-f]*:[0-9a-f:.]+|https:\/\/[^\s/]+\/\S*)$/i

/** What is wrong with the address of a resolver as it was typed, in words; null where nothing is. */
export function resolverAddressFault(typed: string): string | null {
  const address = typed.trim()
  if (address === '') return 'Give the address of a name server.'
  if (address.length > 300) return 'At most 300 characters.'
  const port = /:(\d+)$/.exec(address.replace(/^[a-z]+:\/\//i, '').replace(/^\[.*\]/, ''))?.[1]
  const isVersion6 = /^[0-9a-f]*:[0-9a-f:.]+$/i.test(address) && address.split(':').length > 2
  if (!ADDRESS.test(address) || (port !== undefined && !isVersion6 && (Number(port) < 1 || Number(port) > 65_535)))
    return 'An address looks like 10.0.0.2, 10.0.0.2:5353, tcp://10.0.0.2 or https://dns.example.com/dns-query.'
  return null
}
