import { drawPopulation } from './population.ts'
import { simulate, type Told } from './simulate.ts'

/** What a run over many populations found. */
export interface Proof {
  readonly populations: number
  readonly seconds: number
  /** How often the step said that retiring is safe. */
  readonly safe: number
  /** Seeds of populations where that was not true, and why. */
  readonly falseSafe: readonly { readonly seed: number; readonly because: readonly string[] }[]
  /** Verdicts that came before a moment the step had named as the earliest. */
  readonly brokenPromises: number
  /** Populations that could have been proved within the time watched, and were not. */
  readonly missed: readonly number[]
  /** The verdict's time over the earliest provable one, both since production was last moved. */
  readonly lateness: { readonly median: number; readonly p95: number; readonly most: number; readonly of: number }
  readonly turns: number
}

/** Within this nobody can expect a verdict of what could be proved at the horizon's very end. */
const PROVABLE_BY_SECONDS = 3600

/** Lives random populations of resolvers through; each follows from its seed, counted up from the first. */
export async function provePropagation(options: {
  readonly populations: number
  readonly seed: number
  readonly onProgress?: (populations: number) => void
}): Promise<Proof> {
  const begun = performance.now()
  const falseSafe: { seed: number; because: readonly string[] }[] = []
  const missed: number[] = []
  const ratios: number[] = []
  let [safe, turns, brokenPromises] = [0, 0, 0]
  for (let index = 0; index < options.populations; index += 1) {
    const seed = options.seed + index
    const told = await simulate(drawPopulation(seed))
    turns += told.turns
    brokenPromises += told.brokenPromises
    if (told.safeAt !== null) safe += 1
    if (told.falseBecause.length > 0) falseSafe.push({ seed, because: told.falseBecause })
    if (told.safeAt === null && told.provableAt !== null && told.provableAt < PROVABLE_BY_SECONDS) missed.push(seed)
    const ratio = latenessOf(told)
    if (ratio !== null) ratios.push(ratio)
    if ((index + 1) % 100 === 0) options.onProgress?.(index + 1)
  }
  const sorted = ratios.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN) * 1000) / 1000
  return {
    populations: options.populations,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    safe,
    falseSafe,
    brokenPromises,
    missed,
    lateness: { median: at(0.5), p95: at(0.95), most: at(1), of: sorted.length },
    turns,
  }
}

function latenessOf({ safeAt, provableAt, settledAt }: Told): number | null {
  if (safeAt === null || provableAt === null) return null
  return (safeAt - settledAt) / (provableAt - settledAt)
}
