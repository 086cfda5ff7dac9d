import { describe, expect, it } from 'vitest'
import {
  cnamePrefixFault,
  environmentNameFault,
  isProductionUrl,
  numberFault,
  versionLabelFault,
} from '../../renderer/names.ts'

describe('what an operator may type', () => {
  it.each(['shop', 'shop-green-1123', 'A1b2', 'a'.repeat(40)])('takes %s as an environment name', (name) =>
    expect(environmentNameFault(name)).toBeNull(),
  )
  it.each(['', 'abc', 'a'.repeat(41), '-shop', 'shop-', 'shop_green', 'shöp-a'])(
    'refuses %s as an environment name',
    (name) => expect(environmentNameFault(name)).not.toBeNull(),
  )

  it('takes a CNAME prefix of up to 63 characters', () => {
    expect(cnamePrefixFault('a'.repeat(63))).toBeNull()
    expect(cnamePrefixFault('a'.repeat(64))).not.toBeNull()
  })

  it('wants a version label of 1 to 100 characters', () => {
    expect([versionLabelFault('v1'), versionLabelFault('a'.repeat(100))]).toEqual([null, null])
    expect([versionLabelFault('  '), versionLabelFault('a'.repeat(101))]).not.toContain(null)
  })

  it('wants whole numbers within bounds', () => {
    expect(['200', '100', '599'].map((typed) => numberFault(typed, 100, 599))).toEqual([null, null, null])
    expect(['', 'abc', '99', '600', '200.5'].map((typed) => numberFault(typed, 100, 599))).not.toContain(null)
  })

  it('knows the production URL however it is typed, and nothing else', () => {
    const url = 'shop.eu-central-1.elasticbeanstalk.com'
    expect(
      [url, ` ${url.toUpperCase()} `, `https://${url}/`, `http://${url}`].every((each) => isProductionUrl(each, url)),
    ).toBe(true)
    expect(
      ['', 'shop', `${url}.evil.example`, `${url}/admin`, `green-${url}`].some((each) => isProductionUrl(each, url)),
    ).toBe(false)
  })
})
