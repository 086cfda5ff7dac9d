import { isIPv6 } from 'node:net'

/** Where a name server listens. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

const DNS_PORT = 53

/** Reads `host`, `host:port`, `[v6]:port` and a bare IPv6 address. */
export function parseServerAddress(text: string): ServerAddress {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text)
  if (bracketed !== null) return { host: bracketed[1] ?? text, port: Number(bracketed[2] ?? DNS_PORT) }
  if (isIPv6(text)) return { host: text, port: DNS_PORT }
  const [host = text, port] = text.split(':')
  return { host, port: port === undefined ? DNS_PORT : Number(port) }
}
