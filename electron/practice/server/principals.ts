import { createHash } from 'node:crypto'
import { type Policy, readPolicy } from './iam/policy.ts'

/** Whoever holds an access key: a user, or a session of a role or user. */
export interface Principal {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly accountId: string
  readonly arn: string
  readonly userId: string
  /** What it may do. */
  readonly policies: readonly Policy[]
  /** A session can be narrowed further: both must allow. */
  readonly sessionPolicy?: Policy
  /** The session was opened with a code of the user's device. */
  readonly hasMfa?: boolean
  readonly isExpired: boolean
}

export type PrincipalName = 'operator' | 'empty' | 'expired' | 'readOnly'

export const PRACTICE_ACCOUNT_ID = '123456789012'
const EMPTY_ACCOUNT_ID = '210987654321'

const ADMINISTRATOR = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const TRAINEE = {
  Statement: [
    {
      Effect: 'Allow',
      NotAction: ['elasticbeanstalk:TerminateEnvironment', 'cloudformation:ListStackResources'],
      Resource: '*',
    },
  ],
}

/** The users there are from the start; a seed gives the same keys each time. */
export function createPrincipals(seed: number): Readonly<Record<PrincipalName, Principal>> {
  const make = (
    name: PrincipalName,
    details: {
      readonly accountId?: string
      readonly user: string
      readonly document?: unknown
      readonly isExpired?: boolean
    },
  ): Principal => {
    const material = createHash('sha256').update(`signalbox practice ${name} ${seed}`).digest()
    const accountId = details.accountId ?? PRACTICE_ACCOUNT_ID
    const token =
      details.isExpired === true ? { sessionToken: createHash('sha512').update(material).digest('base64') } : {}
    return {
      ...keyOf(`${name} ${seed}`, details.isExpired === true ? 'ASIA' : 'AKIA'),
      ...token,
      accountId,
      arn: `arn:aws:iam::${accountId}:user/${details.user}`,
      userId: `AIDA${base32(material).slice(16, 33)}`,
      policies: [readPolicy(details.document ?? ADMINISTRATOR, `${details.user}-policy`)],
      isExpired: details.isExpired ?? false,
    }
  }
  return {
    operator: make('operator', { user: 'operator' }),
    empty: make('empty', { user: 'newcomer', accountId: EMPTY_ACCOUNT_ID }),
    expired: make('expired', { user: 'operator', isExpired: true }),
    readOnly: make('readOnly', { user: 'trainee', document: TRAINEE }),
  }
}

/** The access key that follows from a text. */
export function keyOf(text: string, prefix: 'AKIA' | 'ASIA'): Pick<Principal, 'accessKeyId' | 'secretAccessKey'> {
  const material = createHash('sha256').update(`signalbox practice ${text}`).digest()
  return {
    accessKeyId: `${prefix}${base32(material).slice(0, 16)}`,
    secretAccessKey: createHash('sha256').update(material).digest('base64').slice(0, 40),
  }
}

/** Bytes in the letters and digits that AWS writes ids in. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32)).join('')
}
