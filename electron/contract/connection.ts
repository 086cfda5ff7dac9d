export interface Connection {
  readonly kind: 'practice' | 'aws'
  /** How the operator knows it: "Practice account", or the profile's name. */
  readonly label: string
  readonly accountId: string
  readonly arn: string
  readonly region: string
  /** How fast the practice account's clock ran when it was connected; null for a real account, whose time is everybody's. */
  readonly clockSpeed: number | null
}

export interface AwsProfile {
  readonly name: string
  readonly region: string | null
  /** How it signs in: keys, SSO, role, process. */
  readonly kind: string
}

export interface PracticeBundle {
  readonly fileName: string
  readonly versionLabel: string
  readonly description: string
}
