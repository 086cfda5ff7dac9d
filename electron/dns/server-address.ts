import { isIPv6 } from 'node:net'

/** Where a name server listens, and how it is asked first. */
export interface ServerAddress {
  /** `udp` goes over to TCP where it must. */
  readonly transport: 'udp' | 'tcp' | 'https'
  readonly host: string
  readonly port: number
  /** Of DNS over HTTPS (RFC 8484); empty otherwise. */
  readonly path: string
}

const DNS_PORT = 53
const HTTPS_PORT = 443

/** Reads `host`, `host:port`, `[v6]:port`, a bare IPv6 address, `tcp://host:port` and `https://host/path`. */
export function parseServerAddress(text: string): ServerAddress {
  if (text.startsWith('https://') && URL.canParse(text)) {
    const { hostname, port, pathname, search } = new URL(text)
    return {
      transport: 'https',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? HTTPS_PORT : Number(port),
      path: `${pathname}${search}`,
    }
  }
  const transport = text.startsWith('tcp://') ? 'tcp' : 'udp'
  return { transport, ...readHost(text.replace(/^tcp:\/\//, '')), path: '' }
}

function readHost(text: string): { readonly host: string; readonly port: number } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text)
  if (bracketed !== null) return { host: bracketed[1] ?? text, port: Number(bracketed[2] ?? DNS_PORT) }
  if (isIPv6(text)) return { host: text, port: DNS_PORT }
  const [host = text, port] = text.split(':')
  return { host, port: port === undefined ? DNS_PORT : Number(port) }
}
