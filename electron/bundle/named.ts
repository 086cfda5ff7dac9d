const MOST_NAMED = 10
const LONGEST_NAME = 300

/** The first few of many names, and how many more there are: what a finding shows. */
export function named(names: readonly string[]): readonly string[] {
  const shown = names.slice(0, MOST_NAMED).map(readable)
  return names.length > MOST_NAMED ? [...shown, `and ${(names.length - MOST_NAMED).toLocaleString('en')} more`] : shown
}

/** A name without what would change how the screen shows it: control characters and marks that turn text around. */
export function readable(name: string): string {
  const clean = name.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
  return clean.length > LONGEST_NAME ? `${clean.slice(0, LONGEST_NAME)}…` : clean
}
