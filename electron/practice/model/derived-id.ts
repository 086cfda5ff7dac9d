/**
 * `length` hexadecimal digits that follow from `text` alone: ids of things that are only looked at, so that
 * looking at them draws nothing from the account's randomness.
 */
export function derivedHex(text: string, length: number): string {
  let digits = ''
  for (let round = 0; digits.length < length; round += 1) digits += fnv1a(`${round} ${text}`)
  return digits.slice(0, length)
}

/** An id in the form of a UUID that follows from `text` alone. */
export function derivedUuid(text: string): string {
  const digits = derivedHex(text, 32)
  const part = (start: number, end: number): string => digits.slice(start, end)
  return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-a${part(17, 20)}-${part(20, 32)}`
}

function fnv1a(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index)
    hash = Math.imul(hash, 0x01000193)
  }
  // FNV's low bits of similar texts are alike: they are mixed once more.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0')
}
