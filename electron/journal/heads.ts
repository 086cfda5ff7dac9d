import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import * as z from 'zod'

/** Where the chain of a release stood when it was written last. */
export interface Head {
  readonly release: string
  readonly entries: number
  readonly hash: string
}

/** What the file of heads says; `unreadable` where it is not as it was written. */
export type HeadsFound =
  | { readonly kind: 'read'; readonly heads: readonly Head[] }
  | { readonly kind: 'absent' | 'unreadable' }

/** Releases whose heads are kept: those written last, which are those that a lost end of the journal would hit. */
const HEADS_KEPT = 32

const schema = z.object({
  heads: z.array(z.object({ release: z.string(), entries: z.number().int(), hash: z.string() })),
  seal: z.string(),
})

/**
 * The heads beside the journal. SQLite drops the end of its write-ahead log without a word where a byte of it is
 * wrong, and a chain that is cut off at its end is still a chain: only something outside can tell.
 */
export function openHeads(path: string) {
  let heads: readonly Head[] = []

  return {
    found(): HeadsFound {
      const text = textOf(path)
      if (text === null) return { kind: 'absent' }
      const parsed = schema.safeParse(parsedJson(text))
      if (!parsed.success || parsed.data.seal !== sealOf(parsed.data.heads)) return { kind: 'unreadable' }
      heads = parsed.data.heads
      return { kind: 'read', heads }
    },

    /** Replaces the file as a whole, so that a power cut leaves the old or the new one. Throws what the disk says. */
    write(changed: readonly Head[]): void {
      const rest = heads.filter(({ release }) => !changed.some((head) => head.release === release))
      const next = [...changed, ...rest].slice(0, HEADS_KEPT)
      const file = openSync(`${path}-new`, 'w', 0o600)
      try {
        writeSync(file, JSON.stringify({ heads: next, seal: sealOf(next) }))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(`${path}-new`, path)
      heads = next
    },
  }
}

function sealOf(heads: readonly Head[]): string {
  return createHash('sha256').update(JSON.stringify(heads)).digest('hex')
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    return ''
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
