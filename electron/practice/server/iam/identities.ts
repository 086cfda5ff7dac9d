import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AwsError } from '../../model/aws-error.ts'
import {
  base32,
  createPrincipals,
  keyOf,
  PRACTICE_ACCOUNT_ID,
  type Principal,
  type PrincipalName,
} from '../principals.ts'
import { type Policy, readPolicy } from './policy.ts'

/** Everyone who may sign requests: the users there are from the start, those added, and sessions of roles and users. */
export interface Identities {
  readonly users: Readonly<Record<PrincipalName, Principal>>
  /** Who holds a key; with a session's key the token decides. Undefined: nobody. */
  find(accessKeyId: string, sessionToken: string | undefined): Principal | undefined
  /** The user or role of an ARN, as IAM keeps it; undefined: there is none. */
  entity(arn: string): { readonly policies: readonly Policy[]; readonly role?: Role } | undefined
  /** Adds a user with the policies that a document each says; the same name again replaces its policies. */
  addUser(name: string, documents: readonly unknown[]): Principal
  /** Opens a session. Sessions are not kept: their token says everything, sealed with a key of the account. */
  issue(claims: Claims): Principal
  /** Ends every session that was issued until now. */
  expireSessions(): void
}

interface Role {
  readonly name: string
  readonly arn: string
  readonly id: string
  readonly policies: readonly Policy[]
  readonly requiresMfa: boolean
  readonly longestSessionSeconds: number
}

/** What a session's token says. */
interface Claims {
  readonly kind: 'role' | 'user'
  /** The role's name, or the user's. */
  readonly of: string
  readonly sessionName: string
  /** Real milliseconds since the epoch: clients compare it with their own clock. */
  readonly issued: number
  readonly expires: number
  readonly mfa: boolean
  /** JSON of a policy that narrows the session. */
  readonly policy?: string
}

/** The device that `operator` carries, and the code it shows. */
export const MFA_SERIAL_NUMBER = `arn:aws:iam::${PRACTICE_ACCOUNT_ID}:mfa/operator`
export const MFA_CODE = '123456'

const EVERYTHING = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const SERVICES = [
  'cloudformation',
  'cloudwatch',
  'ec2',
  'elasticbeanstalk',
  'elasticloadbalancing',
  'iam',
  'rds',
  'route53',
  's3',
]
const READING = {
  Statement: [
    {
      Effect: 'Allow',
      Action: SERVICES.flatMap((service) =>
        ['Check', 'Describe', 'Get', 'List', 'Simulate'].map((verb) => `${service}:${verb}*`),
      ),
      Resource: '*',
    },
  ],
}

/** The identities of the practice account; a seed gives the same keys each time. */
export function createIdentities(seed: number): Identities {
  const users = createPrincipals(seed)
  const added = new Map<string, Principal>()
  const roles = ROLES.map(([name, document, requiresMfa]): Role => {
    const arn = `arn:aws:iam::${PRACTICE_ACCOUNT_ID}:role/${name}`
    const id = `AROA${base32(createHash('sha256').update(`${name} ${seed}`).digest()).slice(0, 17)}`
    const policies = [readPolicy(document, `${name}-policy`)]
    return { name, arn, id, policies, requiresMfa, longestSessionSeconds: 3_600 }
  })
  const seal = createHash('sha256').update(`signalbox practice sessions ${seed}`).digest()
  let endedBefore = 0

  const everyone = (): readonly Principal[] => [...Object.values(users), ...added.values()]
  const open = (token: string): Principal | undefined => {
    const claims = unsealed(token, seal)
    if (claims === undefined) return undefined
    const key = keyOf(`session ${token}`, 'ASIA')
    const isExpired = Date.now() >= claims.expires || claims.issued < endedBefore
    const narrowed = claims.policy === undefined ? {} : { sessionPolicy: readPolicy(claims.policy, 'session-policy') }
    const common = { ...key, ...narrowed, sessionToken: token, isExpired, hasMfa: claims.mfa }
    if (claims.kind === 'user') {
      const user = everyone().find(({ arn, sessionToken }) => sessionToken === undefined && arn === claims.of)
      return user === undefined ? undefined : { ...user, ...common }
    }
    const role = roles.find(({ name }) => name === claims.of)
    if (role === undefined) return undefined
    return {
      ...common,
      accountId: PRACTICE_ACCOUNT_ID,
      arn: `arn:aws:sts::${PRACTICE_ACCOUNT_ID}:assumed-role/${role.name}/${claims.sessionName}`,
      userId: `${role.id}:${claims.sessionName}`,
      policies: role.policies,
    }
  }
  return {
    users,
    find: (accessKeyId, sessionToken) => {
      const known = everyone().find((user) => user.accessKeyId === accessKeyId && user.sessionToken === sessionToken)
      if (known !== undefined || sessionToken === undefined) return known
      const session = open(sessionToken)
      return session?.accessKeyId === accessKeyId ? session : undefined
    },
    entity: (arn) => {
      const role = roles.find((candidate) => candidate.arn === arn)
      if (role !== undefined) return { policies: role.policies, role }
      return everyone().find((user) => user.arn === arn)
    },
    addUser: (name, documents) => {
      if (!/^[\w+=,.@-]{1,64}$/.test(name))
        throw new AwsError('ValidationError', 'The specified value for userName is invalid.')
      const policies = documents.map((document, index) => readPolicy(document, `${name}-policy-${index + 1}`))
      const user: Principal = {
        ...keyOf(`user ${name} ${seed}`, 'AKIA'),
        accountId: PRACTICE_ACCOUNT_ID,
        arn: `arn:aws:iam::${PRACTICE_ACCOUNT_ID}:user/${name}`,
        userId: `AIDA${base32(createHash('sha256').update(`${name} ${seed}`).digest()).slice(0, 17)}`,
        policies,
        isExpired: false,
      }
      added.set(name, user)
      return user
    },
    issue: (claims) => {
      const session = open(sealed(claims, seal))
      if (session === undefined) throw new AwsError('NoSuchEntity', `The entity ${claims.of} cannot be found.`, 404)
      return session
    },
    expireSessions: () => {
      endedBefore = Date.now() + 1
    },
  }
}

const ROLES: readonly (readonly [name: string, document: unknown, requiresMfa: boolean])[] = [
  ['release', EVERYTHING, false],
  ['release-with-mfa', EVERYTHING, true],
  ['observer', READING, false],
]

function sealed(claims: Claims, seal: Buffer): string {
  const said = Buffer.from(JSON.stringify(claims))
  return Buffer.concat([createHmac('sha256', seal).update(said).digest(), said]).toString('base64')
}

function unsealed(token: string, seal: Buffer): Claims | undefined {
  const bytes = Buffer.from(token, 'base64')
  const [mark, said] = [bytes.subarray(0, 32), bytes.subarray(32)]
  const expected = createHmac('sha256', seal).update(said).digest()
  if (mark.length !== expected.length || !timingSafeEqual(mark, expected)) return undefined
  // Sealed by us alone.
  return JSON.parse(said.toString('utf8')) as Claims
}
