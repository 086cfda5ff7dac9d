import { describe, expect, it } from 'vitest'
import { classify, longestTtlSeconds, since } from '../../electron/release/sightings.ts'
import type { Sighting } from '../../electron/release/state.ts'
import type { DnsAnswer } from '../../electron/release/world.ts'

const sets = { blue: ['198.51.100.1', '198.51.100.2'], green: ['203.0.113.1', '203.0.113.2'] }
const answer = (...addresses: string[]): DnsAnswer => ({ kind: 'addresses', addresses, chain: [], ttlSeconds: 60 })

describe('an answer', () => {
  it.each<[string, DnsAnswer, string]>([
    ["of blue's addresses", answer('198.51.100.1', '198.51.100.2'), 'blue'],
    ["of one of blue's addresses", answer('198.51.100.2'), 'blue'],
    ["of green's addresses", answer('203.0.113.1'), 'green'],
    ['of both', answer('198.51.100.1', '203.0.113.1'), 'mixed'],
    ["of green's and an unknown one: load balancers scale", answer('203.0.113.1', '192.0.2.9'), 'green'],
    ['of neither', answer('192.0.2.9'), 'foreign'],
    ['of no address', answer(), 'foreign'],
    ['that never comes', { kind: 'silent', detail: '' }, 'silent'],
    ['no such name', { kind: 'no-such-name', detail: '' }, 'error'],
    ['refused', { kind: 'refused', detail: '' }, 'error'],
    ['a failure of the server', { kind: 'server-failure', detail: '' }, 'error'],
    ['that makes no sense', { kind: 'malformed', detail: '' }, 'error'],
    ['a name without an address', { kind: 'no-address', detail: '' }, 'error'],
  ])('%s: %s', (_words, given, expected) => {
    expect(classify(given, sets)).toBe(expected)
  })
})

const seen = (...answers: readonly (readonly [number, Sighting['answer'], number?])[]): Sighting[] =>
  answers.map(([at, was, ttlSeconds = 60]) => ({ at, answer: was, ttlSeconds, server: 's', address: 'a', said: '' }))

describe('since when a server answers with green', () => {
  it.each<[string, Sighting[], number | null]>([
    ['never asked', [], null],
    ['always', seen([10, 'green']), 10],
    ['after blue', seen([10, 'blue'], [70, 'green']), 70],
    ['not yet', seen([10, 'blue']), null],
    ['no longer', seen([10, 'green'], [20, 'blue']), null],
    ['again: the break counts', seen([10, 'green'], [20, 'blue'], [30, 'green']), 30],
    ['a silence is a break', seen([10, 'green'], [20, 'silent'], [30, 'green']), 30],
    ['mixed is not green', seen([10, 'green'], [20, 'mixed']), null],
  ])('%s', (_words, sightings, expected) => {
    expect(since(sightings, 'green')).toBe(expected)
  })
})

describe('the longest TTL', () => {
  it.each<[string, Sighting[], number]>([
    ["of a server that showed none is the record's own", [], 60],
    ['is never under 60 s', seen([1, 'blue', 5]), 60],
    ['is what was shown', seen([1, 'blue', 300], [2, 'green', 60]), 300],
  ])('%s', (_words, sightings, expected) => {
    expect(longestTtlSeconds(sightings)).toBe(expected)
  })
})
