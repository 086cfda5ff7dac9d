/** How the environment that was left ends. */
export interface Retirement {
  /** Account seconds for which it is kept on standby, from when the retire step was reached. */
  readonly standbySeconds: number
  /** Whether it is shrunk to one instance first. */
  readonly shrink: boolean
}

/** A domain that people type, and whether a swap moves it. */
export interface DomainView {
  readonly name: string
  readonly foundBy: 'hand' | 'route53'
  /** Where it leads, in words. */
  readonly leads: string
  readonly follows: 'yes' | 'no' | 'unknown'
  /** What a TLS handshake under its name showed on each; null where nobody was asked. */
  readonly https: { readonly blue: string; readonly green: string } | null
  readonly fault: string | null
  readonly remedy: string | null
}

/** The way back after blue was terminated: it can be rebuilt under its id and name. */
export interface WayBack {
  /** An instant of the account. */
  readonly until: number
  /** When Elastic Beanstalk was asked for it; null before that. */
  readonly askedAt: number | null
}

/** What is wrong with a domain as it was typed, in words; null where nothing is. */
export function domainFault(typed: string): string | null {
  const name = typed.trim().toLowerCase().replace(/\.$/, '')
  if (name === '') return 'Give a domain, such as www.example.com.'
  if (/^[a-z]+:\/\//.test(name) || name.includes('/')) return 'Only the domain, without http:// and without a path.'
  if (name.length > 253) return 'At most 253 characters.'
  const labels = name.split('.')
  const isName = labels.length > 1 && labels.every((label, index) => isLabel(label) || (index === 0 && label === '*'))
  return isName && !/^\d+$/.test(labels.at(-1) ?? '') ? null : 'A domain looks like www.example.com.'
}

function isLabel(label: string): boolean {
  return /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)
}
