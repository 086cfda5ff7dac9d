/** Where to connect for an address and port; null where nothing answers there. */
export type Dial = (address: string, port: number) => Promise<{ readonly host: string; readonly port: number } | null>

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused: nothing listens there',
  ECONNRESET: 'The connection was closed before the answer',
  EPIPE: 'The connection was closed before the answer',
  ETIMEDOUT: 'The connection could not be made in time',
  EHOSTUNREACH: 'There is no way to this address from here',
  ENETUNREACH: 'There is no way to this address from here',
  ENOTFOUND: 'This address is not known',
  CERT_HAS_EXPIRED: 'The certificate has run out',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate comes from an authority that this computer does not trust',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate comes from an authority that this computer does not trust',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate comes from an authority that this computer does not trust',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another name',
  HPE_HEADER_OVERFLOW: 'The headers are larger than anyone may send',
  EPROTO: 'The server does not speak TLS here',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The server does not speak TLS here',
}

/** What went wrong with a connection, in words. Never throws. */
export function describeFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const words = FAILURES[code]
  if (words !== undefined) return `${words} (${code})`
  return code.startsWith('HPE_') ? `What came back is not HTTP (${code})` : thrown.message
}

/** Why a certificate is not valid: Node gives the code alone where the chain is at fault, an error where the name is. */
export function describeFault(fault: unknown): string {
  if (typeof fault !== 'string') return describeFailure(fault)
  const words = FAILURES[fault]
  return words === undefined ? `The certificate is not valid (${fault})` : `${words} (${fault})`
}
