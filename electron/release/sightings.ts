import type { Colour, ResolverView } from '../contract/models.ts'
import type { Sighting } from './state.ts'
import type { DnsAnswer } from './world.ts'

export interface AddressSets {
  readonly blue: readonly string[]
  readonly green: readonly string[]
}

/** Whose addresses an answer carries, by address sets: the chain of names may differ, the addresses may rotate. */
export function classify(answer: DnsAnswer, sets: AddressSets): ResolverView['answer'] {
  if (answer.kind === 'hijacked') return 'foreign'
  if (answer.kind !== 'addresses') return answer.kind === 'silent' ? 'silent' : 'error'
  const blue = answer.addresses.some((address) => sets.blue.includes(address))
  const green = answer.addresses.some((address) => sets.green.includes(address))
  if (blue && green) return 'mixed'
  if (!blue && !green) return 'foreign'
  // Where an environment has addresses of the family that was not told, the other answer may hide there.
  const { untold } = answer
  if (untold && [...sets.blue, ...sets.green].some((address) => familyOf(address) === untold.family)) return 'error'
  return blue ? 'blue' : 'green'
}

/** What was seen before, by all that is known now: an address of neither may have turned out to be one of the two's. */
export function reread(
  sightings: Readonly<Record<string, readonly Sighting[]>>,
  sets: AddressSets,
): Readonly<Record<string, readonly Sighting[]>> {
  const isStrange = ({ answer }: Sighting): boolean => answer === 'foreign'
  if (!Object.values(sightings).some((history) => history.some(isStrange))) return sightings
  return Object.fromEntries(
    Object.entries(sightings).map(([server, history]) => [
      server,
      history.map((sighting) => {
        if (!isStrange(sighting)) return sighting
        const addresses = sighting.said.split(', ')
        return { ...sighting, answer: classify({ kind: 'addresses', addresses, chain: [], ttlSeconds: 0 }, sets) }
      }),
    ]),
  )
}

/**
 * What several questions to one server in one round come to. Behind one address there may be many caches: the answer is
 * all of theirs, and any failure but a lost packet counts.
 */
export function together(answers: readonly DnsAnswer[]): DnsAnswer {
  const found = answers.filter((answer) => answer.kind === 'addresses')
  const failed = answers.find((answer) => answer.kind !== 'addresses' && answer.kind !== 'silent')
  const [first, ...rest] = found
  if (failed || !first) return failed ?? answers[0] ?? { kind: 'silent', detail: 'Not asked' }
  if (rest.length === 0) return first
  const untold = found.find((answer) => answer.untold !== undefined)?.untold
  return {
    ...first,
    addresses: [...new Set(found.flatMap(({ addresses }) => addresses))],
    ttlSeconds: Math.min(...found.map(({ ttlSeconds }) => ttlSeconds)),
    ...(first.records ? { records: found.flatMap(({ records = [] }) => records) } : {}),
    ...(untold === undefined ? {} : { untold }),
  }
}

/** For how many seconds a faithful resolver may go on giving this answer: until the last of its records has run out. */
export function heldSeconds(answer: DnsAnswer): number | null {
  if (answer.kind !== 'addresses') return null
  return Math.max(answer.ttlSeconds, ...(answer.records ?? []).map(({ ttlSeconds }) => ttlSeconds))
}

/** In how many seconds a resolver that keeps to the TTL asks for this name anew; what hangs on it down the chain may live on. */
export function leftSeconds(answer: DnsAnswer, name: string): number | null {
  if (answer.kind !== 'addresses') return null
  const own = (answer.records ?? []).filter((record) => record.name.toLowerCase() === name.toLowerCase())
  return own.length > 0 ? Math.max(...own.map(({ ttlSeconds }) => ttlSeconds)) : answer.ttlSeconds
}

/** Since when a server has answered with this colour without a break; null when its last answer was another. */
export function since(sightings: readonly Sighting[], colour: Colour): number | null {
  const lastOther = sightings.findLastIndex(({ answer }) => answer !== colour)
  return sightings[lastOther + 1]?.at ?? null
}

/** The longest TTL a server has shown since the swap; the EB record's own 60 seconds where it showed none. */
export function longestTtlSeconds(sightings: readonly Sighting[]): number {
  return Math.max(60, ...sightings.map(({ ttlSeconds }) => ttlSeconds ?? 0))
}

/** It has gone back from the new answer to the old one, or gives both: there are several caches behind its address. */
export function wavers(sightings: readonly Sighting[], to: Colour): boolean {
  const first = sightings.findIndex(({ answer }) => answer === to || answer === 'mixed')
  if (first === -1) return false
  const old: Colour = to === 'green' ? 'blue' : 'green'
  return sightings.slice(first).some(({ answer }) => answer === old || answer === 'mixed')
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}
