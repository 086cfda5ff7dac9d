import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { packagesMatch } from '../../scripts/packages.mjs'
import { inProject } from '../../scripts/root.mjs'

const zod = { version: '4.0.0', integrity: 'sha512-a' }
const wanted = { '': { version: '0.1.0' }, 'node_modules/zod': zod }

describe('whether the packages are there', () => {
  it.each([
    ['all of them are', { 'node_modules/zod': zod }, true],
    ['one is missing', {}, false],
    ['one has another version', { 'node_modules/zod': { ...zod, version: '4.0.1' } }, false],
    ['one has another hash', { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } }, false],
    ['nothing is installed', undefined, false],
  ])('where %s', (_, installed, expected) => {
    expect(packagesMatch(wanted, installed)).toBe(expected)
  })

  it('does not miss those of other platforms', () => {
    const withOptional = { ...wanted, 'node_modules/@scope/for-mac': { version: '1.0.0', optional: true } }
    expect(packagesMatch(withOptional, { 'node_modules/zod': zod })).toBe(true)
  })
})

describe('the lockfile', () => {
  /** @type {Record<string, { optionalDependencies?: Record<string, string> }>} */
  const locked = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8')).packages

  // npm writes none for what its registry does not hold, and then refuses the lockfile where the registry does.
  it('has an entry for the optional packages of every platform', () => {
    const missing = Object.entries(locked).flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(folder, name)),
    )
    expect(missing).toEqual([])
  })

  /** Looks where Node looks: in the package's own folder, then in each above. @param {string} folder @param {string} name */
  function isLocked(folder, name) {
    for (let above = folder; above !== ''; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
      if (locked[`${above}/node_modules/${name}`] !== undefined) return true
    }
    return locked[`node_modules/${name}`] !== undefined
  }
})
