/** Text that is safe in a page as it stands. Only the tag below makes it, so nothing reaches a page unescaped. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = Markup | string | number | null | false | readonly Content[]

/** HTML or SVG with every value escaped, but for markup made by this tag; null and false leave nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => part + textOf(values[index] ?? null)).join(''))
}

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content))
  // A journal is parsed only on its surface: what else it may carry leaves nothing.
  return Array.isArray(content) ? content.map(textOf).join('') : ''
}

/** Control characters, and those that turn the reading direction, could make a label read as another. */
const UNREADABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(UNREADABLE, '\ufffd').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}
