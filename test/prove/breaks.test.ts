import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { breakageNamed, edited } from './break-source.ts'
import { BREAKAGES } from './breaks.ts'
import { share } from './share.ts'

describe('every breakage', () => {
  it.each(BREAKAGES.map((breakage) => [breakage.name, breakage] as const))(
    'is still one of the source: %s',
    (name, { edits }) => {
      for (const edit of edits) {
        const source = readFileSync(new URL(`../../electron/${edit.file}`, import.meta.url), 'utf8')
        expect(edited(source, edit, name)).not.toBe(source)
      }
    },
  )

  it.each(BREAKAGES.map(({ name, meets }) => [name, meets] as const))(
    'breaks a law: %s',
    async (name, meets) => {
      const { failure } = await share({ runs: 120, seed: 1, processes: 1, breakage: name, meets, isHasty: true })
      expect(failure?.broken.map(({ law }) => law)).not.toEqual([])
      expect(failure).not.toBeNull()
    },
    120_000,
  )
})

it('names the breakages there are when it is asked for another', () => {
  expect(() => breakageNamed('nothing like it')).toThrow(/journal after the call/)
})
