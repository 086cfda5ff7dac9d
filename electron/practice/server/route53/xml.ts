/** An XML element, without attributes: of a request they only name the namespace. */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

const DEEPEST = 30
const MOST_ELEMENTS = 50_000
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Reads a small XML document; undefined where it is not well-formed, or has what no request of AWS has. */
export function readXml(document: string): XmlElement | undefined {
  const token =
    /<\?[^>]*\?>|<!--[\s\S]*?-->|<\/([\w.:-]+)\s*>|<([\w.:-]+)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>|([^<]+)/gy
  const root: OpenElement = { name: '', text: '', children: [] }
  const open: OpenElement[] = [root]
  let count = 0
  while (token.lastIndex < document.length) {
    const match = token.exec(document)
    const parent = open.at(-1)
    if (match === null || parent === undefined) return undefined
    const [, closed, opened, empty, text] = match
    if (text !== undefined) {
      const plain = unescape(text)
      if (plain === undefined) return undefined
      parent.text += plain
    } else if (opened !== undefined) {
      const element: OpenElement = { name: opened, text: '', children: [] }
      parent.children.push(element)
      count += 1
      if (empty === '') open.push(element)
      if (open.length > DEEPEST || count > MOST_ELEMENTS) return undefined
    } else if (closed !== undefined) {
      if (open.length < 2 || parent.name !== closed) return undefined
      open.pop()
    }
  }
  const [only, ...others] = root.children
  return open.length === 1 && others.length === 0 && root.text.trim() === '' ? only : undefined
}

/** The child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name)
}

/** The text of the child of that name, without spaces around it; undefined: there is none. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text.trim()
}

interface OpenElement extends XmlElement {
  text: string
  readonly children: OpenElement[]
}

function unescape(text: string): string | undefined {
  let isSound = true
  const plain = text.replaceAll(/&([^;\s]{0,10});?/g, (_, name: string) => {
    const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name)
    const point =
      code === null ? Number.NaN : Number.parseInt(code[1] ?? code[2] ?? '', code[1] === undefined ? 10 : 16)
    if (point <= 0x10ffff) return String.fromCodePoint(point)
    const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined
    if (known === undefined) isSound = false
    return known ?? ''
  })
  return isSound ? plain : undefined
}
