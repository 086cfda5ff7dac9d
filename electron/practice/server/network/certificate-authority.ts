import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bits, boolean, integer, objectId, octets, sequence, set, tagged, time, utf8 } from './der.ts'

/** The account's own certificate authority. Its key never leaves this process, so nobody should trust it elsewhere. */
export interface CertificateAuthority {
  /** PEM. */
  readonly certificate: string
  /** A certificate for some names, and its key, as PEM; the same names get the same one. */
  issue(names: readonly string[]): { readonly cert: string; readonly key: string }
}

interface Holder {
  readonly commonName: string
  readonly publicKey: KeyObject
}

const DAY = 86_400_000
const LONGEST_DAYS = 825
const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))

/** Makes an authority with a new key. Valid by our clock, and by the account's at `accountNow` as well. */
export function createCertificateAuthority(accountNow: number): CertificateAuthority {
  const validity = {
    from: Math.min(accountNow, Date.now()) - DAY,
    until: Math.max(accountNow, Date.now()) + LONGEST_DAYS * DAY,
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const authority: Holder = { commonName: 'Signalbox practice account', publicKey }
  const own = certificateOf(authority, authority, privateKey, validity, [
    extension('2.5.29.19', true, sequence(boolean(true))),
    // keyCertSign and cRLSign.
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
    extension('2.5.29.14', false, octets(keyId(publicKey))),
  ])
  const issued = new Map<string, { readonly cert: string; readonly key: string }>()
  return {
    certificate: own,
    issue: (names) => {
      const wanted = names.join(' ')
      const found = issued.get(wanted) ?? issue(names, authority, privateKey, validity)
      issued.set(wanted, found)
      return found
    },
  }
}

function issue(
  names: readonly string[],
  authority: Holder,
  signer: KeyObject,
  validity: { readonly from: number; readonly until: number },
): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const holder: Holder = { commonName: names[0] ?? 'unnamed', publicKey }
  const cert = certificateOf(holder, authority, signer, validity, [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature.
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    // serverAuth.
    extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...names.map((name) => tagged(2, false, Buffer.from(name))))),
    extension('2.5.29.14', false, octets(keyId(publicKey))),
    extension('2.5.29.35', false, sequence(tagged(0, false, keyId(authority.publicKey)))),
  ])
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** A certificate of version 3 (RFC 5280 section 4.1), as PEM. */
function certificateOf(
  subject: Holder,
  issuer: Holder,
  signer: KeyObject,
  validity: { readonly from: number; readonly until: number },
  extensions: readonly Buffer[],
): string {
  const body = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    sequence(time(validity.from), time(validity.until)),
    nameOf(subject),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, true, sequence(...extensions)),
  )
  const whole = sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, signer)))
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function nameOf({ commonName }: Holder): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(value))
}

/** What tells keys apart (RFC 5280 section 4.2.1.2): a hash of the key itself. */
function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }).subarray(26))
    .digest()
}
