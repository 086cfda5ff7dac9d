import { describe, expect, it } from 'vitest'
import { agreeFingerprint, whoAnswered } from '../../electron/release/fingerprint.ts'
import type { HttpAnswer } from '../../electron/release/world.ts'
import { answered } from './things.ts'

const answer = (headers: Record<string, string>, more: Partial<ReturnType<typeof answered>> = {}): HttpAnswer =>
  answered({ headers, bodySha256: 'same', address: '198.51.100.1', ...more })
const failure: HttpAnswer = { kind: 'failure', detail: 'refused', milliseconds: 1, address: '198.51.100.1' }
const twice = (one: HttpAnswer): readonly HttpAnswer[] => [one, one]
const addresses = { blue: ['198.51.100.1'], green: ['198.51.100.2'] }

describe('agreeing on a fingerprint', () => {
  it('prefers the header that names the version', () => {
    const blue = twice(answer({ server: 'a', 'x-app-version': '1.4.2', 'x-powered-by': 'p' }))
    const green = twice(answer({ server: 'b', 'x-app-version': '1.5.0', 'x-powered-by': 'q' }))
    expect(agreeFingerprint(blue, green)).toEqual({
      kind: 'header',
      name: 'x-app-version',
      blue: '1.4.2',
      green: '1.5.0',
    })
  })

  it('passes over headers that differ by moment, request, instance or length', () => {
    const noise = (value: string) => ({
      date: value,
      etag: value,
      'x-request-id': value,
      'x-amzn-trace-id': value,
      'content-length': value,
      'set-cookie': value,
      'last-modified': value,
      'x-backend-host': value,
    })
    expect(agreeFingerprint(twice(answer(noise('1'))), twice(answer(noise('2'))))).toMatchObject({ kind: 'address' })
  })

  it('passes over a header that is not the same from one answer to the next', () => {
    const blue = [answer({ 'x-version': '1' }), answer({ 'x-version': '2' })]
    const green = twice(answer({ 'x-version': '3' }))
    expect(agreeFingerprint(blue, green)).toMatchObject({ kind: 'address' })
  })

  it('takes the body where no header tells', () => {
    const blue = twice(answer({}, { bodySha256: 'b' }))
    const green = twice(answer({}, { bodySha256: 'g' }))
    expect(agreeFingerprint(blue, green)).toEqual({ kind: 'body', blue: 'b', green: 'g' })
  })

  it('leaves out failures and server errors, and does not trust a single answer', () => {
    const version = (value: string) => answer({ 'x-version': value })
    expect(
      agreeFingerprint([version('1'), failure, answer({}, { status: 503 }), version('1')], twice(version('2'))),
    ).toMatchObject({ kind: 'header' })
    expect(agreeFingerprint([version('1')], [version('2')])).toEqual({ kind: 'address' })
    expect(agreeFingerprint([], [])).toEqual({ kind: 'address' })
  })

  it('falls back to the address where the same version answers on both sides', () => {
    const alike = twice(answer({ 'x-version': '1' }))
    expect(agreeFingerprint(alike, alike)).toEqual({ kind: 'address', status: 200, bodySha256: 'same' })
    const found = twice(answer({}, { status: 404, bodySha256: 'other' }))
    expect(agreeFingerprint(alike, found)).toMatchObject({ kind: 'body' })
    const restless = [answer({}, { bodySha256: 'a' }), answer({}, { bodySha256: 'b' })]
    expect(agreeFingerprint(restless, restless)).toEqual({ kind: 'address', status: 200 })
  })
})

describe('who answered', () => {
  const header = { kind: 'header', name: 'x-v', blue: '1', green: '2' } as const
  const atGreen = { address: '198.51.100.2' }
  it.each([
    [header, answer({ 'x-v': '1' }), 'blue'],
    [header, answer({ 'x-v': '2' }, atGreen), 'green'],
    [header, answer({ 'x-v': '2' }, { address: '203.0.113.9' }), 'green'],
    [header, answer({ 'x-v': '2' }), 'other'],
    [header, answer({ 'x-v': '1' }, atGreen), 'other'],
    [header, answer({ 'x-v': '3' }), 'other'],
    [header, answer({}), 'other'],
    [header, answer({ 'x-v': '2' }, { ...atGreen, status: 500 }), 'green'],
    [header, answer({}, { status: 503 }), 'error'],
    [header, failure, 'error'],
    [{ kind: 'body', blue: 'b', green: 'g' } as const, answer({}, { ...atGreen, bodySha256: 'g' }), 'green'],
    [{ kind: 'body', blue: 'b', green: 'g' } as const, answer({}, { bodySha256: 'g' }), 'other'],
    [{ kind: 'body', blue: 'b', green: 'g' } as const, answer({}, { bodySha256: 'x' }), 'other'],
    [{ kind: 'address' } as const, answer({}), 'blue'],
    [{ kind: 'address' } as const, answer({}, atGreen), 'green'],
    [{ kind: 'address' } as const, answer({}, { address: '203.0.113.9' }), 'other'],
  ] as const)('%o and %o: %s', (fingerprint, given, expected) => {
    expect(whoAnswered(fingerprint, given, addresses)).toBe(expected)
  })

  it.each([
    ['a portal with a page of its own', answer({}, { address: '198.51.100.2', bodySha256: 'portal' }), 'other'],
    [
      'a redirect to somewhere else',
      answer({ location: 'https://x' }, { address: '198.51.100.2', status: 302 }),
      'other',
    ],
    ['a proxy that cannot reach it', answer({}, { address: '198.51.100.2', status: 502 }), 'error'],
    ['the page itself', answer({}, { address: '198.51.100.2' }), 'green'],
  ] as const)('%s at an address of green', (_what, given, expected) => {
    const alike = { kind: 'address', status: 200, bodySha256: 'same' } as const
    expect(whoAnswered(alike, given, addresses)).toBe(expected)
  })

  it('names nobody where an address belongs to both', () => {
    expect(whoAnswered({ kind: 'address' }, answer({}), { blue: ['198.51.100.1'], green: ['198.51.100.1'] })).toBe(
      'other',
    )
  })
})
