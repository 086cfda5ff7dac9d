import { describe, expect, it } from 'vitest'
import { byteSize, count, duration, listed, rate, timeLeft } from '../../renderer/formats.ts'

describe('words for numbers', () => {
  it.each([
    [-4, '0 s'],
    [0.4, '0 s'],
    [59.6, '1 min'],
    [60, '1 min'],
    [200, '3 min 20 s'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
    [86_400, '1 d'],
    [183_600, '2 d 3 h'],
  ])('%s seconds last %s', (seconds, words) => expect(duration(seconds)).toBe(words))

  it.each([
    [-1, 'any moment now'],
    [0, 'any moment now'],
    [3, 'about 5 s left'],
    [61, 'about 2 min left'],
    [3300, 'about 55 min left'],
    [7000, 'about 2 h left'],
  ])('%s seconds left are %s', (seconds, words) => expect(timeLeft(seconds)).toBe(words))

  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [14_236_112, '14 MB'],
    [999_600, '1.0 MB'],
    [512_000_000, '512 MB'],
  ])('%s bytes are %s', (bytes, words) => expect(byteSize(bytes)).toBe(words))

  it.each([
    [0, '0'],
    [0.01, '<0.1'],
    [12.34, '12.3'],
    [340.4, '340'],
  ])('%s requests per second are %s', (value, words) => expect(rate(value)).toBe(words))

  it('counts and lists', () => {
    expect([count(1, 'gate'), count(0, 'gate'), listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual([
      '1 gate',
      '0 gates',
      '',
      'a',
      'a, b and c',
    ])
  })
})
