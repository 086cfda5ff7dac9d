/** An answer before it is written as XML or JSON. Members that are undefined are left out. */
export type Value = string | number | boolean | Instant | List | Structure | undefined
export type Structure = { readonly [name: string]: Value }

/** An instant, milliseconds since the epoch. */
export interface Instant {
  readonly instant: number
}

/** A list, whose members have a name of their own in XML; without one, the list's own element is repeated. */
export interface List {
  readonly items: readonly Value[]
  readonly member: string | undefined
}

export function instant(milliseconds: number): Instant {
  return { instant: milliseconds }
}

export function list(items: readonly Value[], member = 'member'): List {
  return { items, member }
}

/** A list without an element around it, as S3 writes them. */
export function repeated(items: readonly Value[]): List {
  return { items, member: undefined }
}

/** Writes an answer as the content of an XML element. */
function toXml(value: Value): string {
  if (value === undefined) return ''
  if (typeof value !== 'object') return escape(String(value))
  if (isInstant(value)) return new Date(value.instant).toISOString()
  if (isList(value)) return value.items.map((item) => element(value.member ?? 'member', item)).join('')
  return Object.entries(value)
    .map(([name, member]) => memberXml(name, member))
    .join('')
}

/** The answer as a value for JSON.stringify, with instants as seconds, as Elastic Beanstalk writes them. */
export function toJson(value: Value): unknown {
  if (value === undefined || typeof value !== 'object') return value
  if (isInstant(value)) return value.instant / 1000
  if (isList(value)) return value.items.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]))
}

/** One XML element around a value. */
export function element(name: string, value: Value, attributes = ''): string {
  const content = toXml(value)
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`
}

function memberXml(name: string, value: Value): string {
  if (value === undefined) return ''
  if (typeof value === 'object' && isList(value) && value.member === undefined) {
    return value.items.map((item) => element(name, item)).join('')
  }
  return element(name, value)
}

function isInstant(value: object): value is Instant {
  return 'instant' in value && typeof value.instant === 'number'
}

function isList(value: object): value is List {
  return 'items' in value && Array.isArray(value.items)
}

function escape(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\r', '&#13;')
      // What XML 1.0 cannot carry at all.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
  )
}
