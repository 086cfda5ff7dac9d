import type { ProbeLine, ProbeSlice, Timeline } from '../../electron/contract/timeline.ts'
import { AT, PRODUCTION } from './views.ts'

const SLICE = 20_000
/** When the fixtures' swap was, in milliseconds before now. */
export const SWAPPED_AGO = 400_000

/** A line whose answers go from blue to green around a moment after the swap, with some life in them. */
function line(
  kind: ProbeLine['kind'],
  host: string,
  rest: {
    readonly movesAfter?: number
    readonly errors?: readonly number[]
    readonly gap?: readonly [number, number]
    readonly slices?: number
    readonly slow?: number
  } = {},
): ProbeLine {
  const { movesAfter = 90_000, errors = [], gap = [-1, -1], slices: many = 36, slow = 1 } = rest
  const moved = AT - SWAPPED_AGO + movesAfter
  const slices = Array.from({ length: many }, (_, index): ProbeSlice => {
    const from = AT - (many - index) * SLICE
    const away = (from + SLICE / 2 - moved) / 40_000
    const green = Math.round(4 / (1 + Math.exp(-away * 2)))
    const error = errors.includes(index) ? 1 : 0
    const median = slow * (24 + ((index * 37) % 17))
    return {
      from,
      until: from + SLICE,
      blue: 4 - green,
      green,
      other: 0,
      error,
      milliseconds: { median, most: median + slow * ((index * 53) % 90) },
      ...(error > 0 ? { said: 'connection refused by 192.0.2.10' } : {}),
    }
  }).filter((_, index) => index < gap[0] || index > gap[1])
  const firstNew = slices.find(({ green, from }) => green > 0 && from >= AT - SWAPPED_AGO)?.from ?? null
  const lastOld = slices.findLast(({ blue, from }) => blue > 0 && from >= AT - SWAPPED_AGO)?.until ?? null
  return { id: `${kind} ${host}`, kind, host, firstNew, lastOld, slices }
}

const traffic = Array.from({ length: 36 }, (_, index) => {
  const from = AT - (36 - index) * SLICE
  const part = 1 / (1 + Math.exp(-(from - (AT - SWAPPED_AGO + 110_000)) / 30_000))
  const wave = 1 + 0.1 * Math.sin(index * 1.7)
  return {
    from,
    until: from + SLICE,
    blue: index === 9 || index === 10 ? null : 12.5 * wave * (1 - part) + 1.2,
    green: 0.1 + 12.2 * wave * part,
  }
})

/** After a swap, on the panel's way to green. */
export const timeline: Timeline = {
  traffic,
  lines: [
    line('fresh', PRODUCTION, { errors: [21] }),
    line('kept', PRODUCTION, { movesAfter: 900_000 }),
    line('domain', 'www.shop.example', { movesAfter: 120_000, errors: [16, 17, 30], gap: [5, 8] }),
  ],
}

/** Many domains, one with a name that is as long as it can be, one that never moves and one that nobody could ask. */
export const manyLines: Timeline = {
  traffic,
  lines: [
    ...timeline.lines,
    line('domain', 'partners.shop.example', { movesAfter: 9e9 }),
    line('domain', `${'a-very-long-name-of-a-domain.'.repeat(6)}customers-of-all-countries.shop.example`, { slow: 40 }),
    ...['de', 'fr', 'it', 'es'].map((code) => line('domain', `shop.example.${code}`, { slow: 3 })),
    { ...line('domain', 'never.asked.example'), slices: [], firstNew: null, lastOld: null },
  ],
}

/** Right after it began. */
export const oneSlice: Timeline = {
  traffic: traffic.slice(-1),
  lines: [line('fresh', PRODUCTION, { slices: 1 })],
}
