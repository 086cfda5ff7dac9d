import { createHash } from 'node:crypto'

/** Whoever holds an access key. */
export interface Principal {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly accountId: string
  readonly arn: string
  readonly userId: string
  /** `service:Operation` as IAM names it. */
  readonly denied: ReadonlySet<string>
  readonly isExpired: boolean
}

export type PrincipalName = 'operator' | 'empty' | 'expired' | 'readOnly'

export const PRACTICE_ACCOUNT_ID = '123456789012'
const EMPTY_ACCOUNT_ID = '210987654321'

/** The keys of the practice account; a seed gives the same ones each time. */
export function createPrincipals(seed: number): Readonly<Record<PrincipalName, Principal>> {
  const make = (
    name: PrincipalName,
    details: {
      readonly accountId?: string
      readonly user: string
      readonly denied?: readonly string[]
      readonly isExpired?: boolean
    },
  ): Principal => {
    const material = createHash('sha256').update(`signalbox practice ${name} ${seed}`).digest()
    const accountId = details.accountId ?? PRACTICE_ACCOUNT_ID
    const token =
      details.isExpired === true ? { sessionToken: createHash('sha512').update(material).digest('base64') } : {}
    return {
      accessKeyId: `${details.isExpired === true ? 'ASIA' : 'AKIA'}${base32(material).slice(0, 16)}`,
      secretAccessKey: createHash('sha256').update(material).digest('base64').slice(0, 40),
      ...token,
      accountId,
      arn: `arn:aws:iam::${accountId}:user/${details.user}`,
      userId: `AIDA${base32(material).slice(16, 33)}`,
      denied: new Set(details.denied),
      isExpired: details.isExpired ?? false,
    }
  }
  return {
    operator: make('operator', { user: 'operator' }),
    empty: make('empty', { user: 'newcomer', accountId: EMPTY_ACCOUNT_ID }),
    expired: make('expired', { user: 'operator', isExpired: true }),
    readOnly: make('readOnly', {
      user: 'trainee',
      denied: ['elasticbeanstalk:TerminateEnvironment', 'cloudformation:ListStackResources'],
    }),
  }
}

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32)).join('')
}
