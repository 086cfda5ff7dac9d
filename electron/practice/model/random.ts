/** Randomness that a seed decides: the same seed and the same draws give the same account. */
export interface Random {
  /** 0 (inclusive) to 1 (exclusive). */
  next(): number
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number
  /** `length` characters drawn from `alphabet`. */
  text(length: number, alphabet?: string): string
  uuid(): string
  /** Tells how far the draws have come: two generators in the same state draw the same from here on. */
  state(): number
}

const LOWER_CASE_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const HEXADECIMAL = '0123456789abcdef'

/** A generator (mulberry32) seeded by any whole number. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const text = (length: number, alphabet = LOWER_CASE_AND_DIGITS): string => {
    let drawn = ''
    while (drawn.length < length) drawn += alphabet.charAt(below(alphabet.length))
    return drawn
  }
  return {
    next,
    state: () => state,
    below,
    text,
    uuid: () =>
      `${text(8, HEXADECIMAL)}-${text(4, HEXADECIMAL)}-4${text(3, HEXADECIMAL)}-${text(1, '89ab')}${text(3, HEXADECIMAL)}-${text(12, HEXADECIMAL)}`,
  }
}

/** An id as EC2 gives them: `prefix` and 17 hexadecimal digits. */
export function resourceId(random: Random, prefix: string): string {
  return `${prefix}-0${random.text(16, HEXADECIMAL)}`
}

/** The suffix CloudFormation appends to the names of what it creates. */
export function stackSuffix(random: Random): string {
  return random.text(12, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')
}
