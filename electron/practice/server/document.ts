/** An answer before it is written as XML or JSON. Members that are undefined are left out. */
export type Value = string | number | boolean | Instant | List | Written | Structure | undefined
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

/** Content that was written as XML before, in UTF-8; `content` is the same where it is to be written otherwise. */
export interface Written {
  readonly xml: Buffer
  readonly content: () => Value
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

// Stands for bytes that were written before; `escape` lets it pass nowhere else.
const PLACE = '\uFFFF'

/** Writes an answer as the content of an XML element; what was written before goes to `written`, if that is wanted. */
function toXml(value: Value, written?: Buffer[]): string {
  if (value === undefined) return ''
  if (typeof value !== 'object') return escape(String(value))
  if (isInstant(value)) return new Date(value.instant).toISOString()
  if (isWritten(value)) {
    written?.push(value.xml)
    return written === undefined ? value.xml.toString() : PLACE
  }
  if (isList(value)) return value.items.map((item) => element(value.member ?? 'member', item, '', written)).join('')
  return Object.entries(value)
    .map(([name, member]) => memberXml(name, member, written))
    .join('')
}

/** The answer as a value for JSON.stringify, with instants as seconds, as Elastic Beanstalk writes them. */
export function toJson(value: Value): unknown {
  if (value === undefined || typeof value !== 'object') return value
  if (isInstant(value)) return value.instant / 1000
  if (isWritten(value)) return toJson(value.content())
  if (isList(value)) return value.items.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]))
}

/** What a value is, with what was written before as what it was written from. */
export function content(
  value: Value,
):
  | { readonly kind: 'list'; readonly list: List }
  | { readonly kind: 'structure'; readonly structure: Structure }
  | { readonly kind: 'scalar' } {
  if (value === undefined || typeof value !== 'object' || isInstant(value)) return { kind: 'scalar' }
  if (isWritten(value)) return content(value.content())
  return isList(value) ? { kind: 'list', list: value } : { kind: 'structure', structure: value }
}

/** One XML element around a value. */
export function element(name: string, value: Value, attributes = '', written?: Buffer[]): string {
  const content = toXml(value, written)
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`
}

/** An XML document in pieces, so that what was written before is not copied. */
export function xmlDocument(name: string, value: Value, attributes = ''): readonly Buffer[] {
  const written: Buffer[] = []
  const texts = `${XML_HEAD}${element(name, value, attributes, written)}`.split(PLACE)
  return texts.flatMap((text, index) => [Buffer.from(text), ...(written[index] === undefined ? [] : [written[index]])])
}

/** How every XML document starts. */
export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

function memberXml(name: string, value: Value, written: Buffer[] | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'object' && isList(value) && value.member === undefined) {
    return value.items.map((item) => element(name, item, '', written)).join('')
  }
  return element(name, value, '', written)
}

function isWritten(value: object): value is Written {
  return 'xml' in value && Buffer.isBuffer(value.xml)
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
