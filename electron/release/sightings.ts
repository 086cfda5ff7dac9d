import type { ResolverView } from '../contract/models.ts'
import type { Sighting } from './state.ts'
import type { DnsAnswer } from './world.ts'

/** Whose addresses an answer carries, by address sets: the chain of names may differ, the addresses may rotate. */
export function classify(
  answer: DnsAnswer,
  sets: { readonly blue: readonly string[]; readonly green: readonly string[] },
): ResolverView['answer'] {
  if (answer.kind !== 'addresses') return answer.kind === 'silent' ? 'silent' : 'error'
  const blue = answer.addresses.some((address) => sets.blue.includes(address))
  const green = answer.addresses.some((address) => sets.green.includes(address))
  if (blue && green) return 'mixed'
  if (blue) return 'blue'
  return green ? 'green' : 'foreign'
}

/** Since when a server has answered with this colour without a break; null when its last answer was another. */
export function since(sightings: readonly Sighting[], colour: 'blue' | 'green'): number | null {
  const lastOther = sightings.findLastIndex(({ answer }) => answer !== colour)
  return sightings[lastOther + 1]?.at ?? null
}

/** The longest TTL a server has shown since the swap; the EB record's own 60 seconds where it showed none. */
export function longestTtlSeconds(sightings: readonly Sighting[]): number {
  return Math.max(60, ...sightings.map(({ ttlSeconds }) => ttlSeconds ?? 0))
}
