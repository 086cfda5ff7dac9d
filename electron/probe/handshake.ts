import { isIP } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { TlsAnswer } from '../release/outside.ts'
import { type Dial, describeFailure, describeFault } from './failures.ts'
import { settleOnce } from './settle-once.ts'

export interface HandshakeOptions {
  readonly dial?: Dial | undefined
  readonly timeoutMilliseconds?: number | undefined
  /** PEM; whom to trust beside the authorities that this program trusts anyway. */
  readonly certificateAuthority?: string | undefined
}

const HTTPS_PORT = 443
const TIMEOUT_MILLISECONDS = 10_000
/** Of the certificate; some list hundreds. */
const NAMES_KEPT = 20

/** One TLS handshake under a server name, and nothing is sent after it; what it shows is told, valid or not. */
export async function handshake(
  { address, serverName }: { readonly address: string; readonly serverName: string },
  options: HandshakeOptions,
  signal: AbortSignal,
): Promise<TlsAnswer> {
  signal.throwIfAborted()
  if (!/^[A-Za-z0-9.-]+$/.test(serverName)) return { kind: 'failure', detail: `“${serverName}” is not a host name` }
  let target: { readonly host: string; readonly port: number } | null
  try {
    target = options.dial === undefined ? { host: address, port: HTTPS_PORT } : await options.dial(address, HTTPS_PORT)
  } catch (thrown) {
    return { kind: 'failure', detail: describeFailure(thrown) }
  }
  signal.throwIfAborted()
  if (target === null) return { kind: 'none', detail: `Nothing listens at ${address}, port ${HTTPS_PORT}` }
  return shake(target, serverName, options, signal)
}

function shake(
  target: { readonly host: string; readonly port: number },
  serverName: string,
  { certificateAuthority, timeoutMilliseconds = TIMEOUT_MILLISECONDS }: HandshakeOptions,
  signal: AbortSignal,
): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: target.host,
      port: target.port,
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
      // What is wrong with a certificate is what is asked here: the connection is closed before anything is sent.
      rejectUnauthorized: false,
    })
    const settle = settleOnce<TlsAnswer>(
      { resolve, reject },
      {
        signal,
        timeoutMilliseconds,
        late: { kind: 'failure', detail: `No handshake within ${timeoutMilliseconds / 1000} s` },
        destroy: () => socket.destroy(),
      },
    )
    socket.on('error', (thrown) => settle(failed(thrown)))
    socket.on('close', () => settle({ kind: 'none', detail: 'The connection was closed before the handshake' }))
    socket.on('secureConnect', () => settle(certificateOf(socket)))
  })
}

function certificateOf(socket: TLSSocket): TlsAnswer {
  const shown: Partial<PeerCertificate> = socket.getPeerCertificate()
  const validUntil = Date.parse(shown.valid_to ?? '')
  const names = (shown.subjectaltname ?? '').split(', ').flatMap((each) => /^DNS:(.+)$/.exec(each)?.[1] ?? [])
  return {
    kind: 'certificate',
    isValid: socket.authorized,
    // A string where the chain is not trusted, an error where the name is not in it.
    fault: socket.authorized ? '' : describeFault(socket.authorizationError),
    names: names.slice(0, NAMES_KEPT),
    validUntil: Number.isNaN(validUntil) ? null : validUntil,
  }
}

/** Refused, or not TLS: there is no HTTPS. Silence and the like leave it open. */
function failed(thrown: unknown): TlsAnswer {
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const detail = describeFailure(thrown)
  const speaksNoTls =
    code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPROTO' || code.startsWith('ERR_SSL_')
  return { kind: speaksNoTls ? 'none' : 'failure', detail }
}
