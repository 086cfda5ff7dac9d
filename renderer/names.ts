/** What is wrong with an environment's name, in words; null when it may be used (Elastic Beanstalk API, CreateEnvironment). */
export function environmentNameFault(name: string): string | null {
  return fault(name, 40)
}

/** What is wrong with a CNAME prefix, in words; null when it may be used (Elastic Beanstalk API, CheckDNSAvailability). */
export function cnamePrefixFault(prefix: string): string | null {
  return fault(prefix, 63)
}

/** What is wrong with a version label, in words; null when it may be used. */
export function versionLabelFault(label: string): string | null {
  if (label.trim() === '') return 'Give the version a label.'
  return label.trim().length > 100 ? 'A label has at most 100 characters.' : null
}

/** What is wrong with a typed whole number, in words; null when it lies within the bounds. */
export function numberFault(typed: string, least: number, most: number): string | null {
  const value = Number(typed)
  if (typed.trim() === '' || !Number.isInteger(value)) return 'Give a whole number.'
  return value < least || value > most ? `Between ${least} and ${most}.` : null
}

/** What was typed is the production URL, whatever its case and however it was pasted. */
export function isProductionUrl(typed: string, productionCname: string): boolean {
  const host = typed
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
  return host === productionCname.toLowerCase()
}

function fault(name: string, most: number): string | null {
  if (name === '') return 'Give it a name.'
  if (name.length < 4 || name.length > most) return `It has 4 to ${most} characters; this has ${name.length}.`
  if (!/^[A-Za-z0-9-]+$/.test(name)) return 'Only letters, digits and hyphens.'
  return name.startsWith('-') || name.endsWith('-') ? 'No hyphen at its beginning or end.' : null
}
