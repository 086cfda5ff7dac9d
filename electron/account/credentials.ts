import type { Credentials } from '../contract/contract.ts'
import { problem } from '../contract/problem.ts'

/** Keys of an AWS account, as a sign-in yields them. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/**
 * How to sign in again and again: a profile's files, SSO session, role or process are read anew each time, so that
 * a renewed sign-in is picked up without starting over. Keys that were typed live in memory only.
 */
export function credentialsOf(choice: Exclude<Credentials, { kind: 'practice' }>): () => Promise<AwsKeys> {
  if (choice.kind === 'keys') {
    const keys: AwsKeys = {
      accessKeyId: choice.accessKeyId.trim(),
      secretAccessKey: choice.secretAccessKey.trim(),
      ...(choice.sessionToken === undefined || choice.sessionToken.trim() === ''
        ? {}
        : { sessionToken: choice.sessionToken.trim() }),
    }
    return async () => keys
  }
  return async () => {
    const { fromIni } = await import('@aws-sdk/credential-providers')
    return fromIni({
      profile: choice.profile,
      ignoreCache: true,
      clientConfig: { region: choice.region },
      mfaCodeProvider: async () => {
        throw problem('credentials-invalid', `The profile ${choice.profile} asks for a code of a second device (MFA)`, {
          meaning: 'Signalbox cannot ask for that code yet. Nothing was changed.',
          remedy: 'Make a session first with “aws sts get-session-token”, or choose a profile that needs no code.',
        })
      },
    })()
  }
}
