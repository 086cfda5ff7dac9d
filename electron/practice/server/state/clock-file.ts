import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** What the clock showed last. */
export interface ClockMark {
  /** Account milliseconds since the epoch. */
  readonly now: number
  readonly speed: number
  readonly paused: boolean
  /** The speed that was asked for at the start: where it is asked for again, `speed` goes on. */
  readonly asked: number
}

/** A file that always holds the last mark: small, of one size, written in place. */
export interface ClockFile {
  readonly last: ClockMark | undefined
  write(mark: ClockMark): void
  close(): void
}

const SIZE = 160

/** Opens the file of the clock; one that cannot be read counts as empty. */
export function openClockFile(path: string): ClockFile {
  const last = read(path)
  const descriptor = openSync(path, last === undefined ? 'w' : 'r+', 0o600)
  return {
    last,
    write: (mark) => {
      writeSync(descriptor, `${JSON.stringify(mark).padEnd(SIZE - 1)}\n`, 0)
    },
    close: () => {
      fdatasyncSync(descriptor)
      closeSync(descriptor)
    },
  }
}

function read(path: string): ClockMark | undefined {
  try {
    const said: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof said !== 'object' || said === null) return undefined
    const { now, speed, paused, asked } = said as Partial<ClockMark>
    if (typeof now !== 'number' || typeof speed !== 'number' || typeof asked !== 'number') return undefined
    return { now, speed, asked, paused: paused === true }
  } catch {
    return undefined
  }
}
