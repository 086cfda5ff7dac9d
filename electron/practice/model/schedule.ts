interface Entry {
  readonly at: number
  readonly sequence: number
  readonly run: () => void
}

/** What is going to happen, in order of its instant; what is due at the same instant runs in the order it was put in. */
export interface Schedule {
  add(at: number, run: () => void): void
  /** When the next entry is due; infinitely late without one. */
  nextAt(): number
  /** Takes out the next entry that is due at `instant` or before. */
  takeDue(instant: number): { readonly at: number; readonly run: () => void } | undefined
}

export function createSchedule(): Schedule {
  const entries: Entry[] = []
  let sequence = 0

  const comesFirst = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence)

  return {
    add(at, run) {
      sequence += 1
      const entry = { at, sequence, run }
      let low = 0
      let high = entries.length
      while (low < high) {
        const middle = (low + high) >>> 1
        const other = entries[middle]
        // Kept in falling order, so that the next one is taken off the end.
        if (other !== undefined && comesFirst(entry, other)) low = middle + 1
        else high = middle
      }
      entries.splice(low, 0, entry)
    },
    nextAt: () => entries.at(-1)?.at ?? Number.POSITIVE_INFINITY,
    takeDue(instant) {
      const next = entries.at(-1)
      if (next === undefined || next.at > instant) return undefined
      entries.pop()
      return next
    },
  }
}
