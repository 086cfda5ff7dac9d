import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STEP_IDS, type StepId } from '../electron/contract/steps.ts'
import { FAULTS } from '../electron/practice/server/faults/catalogue.ts'
import { type Beginnings, type Cell, makeBeginnings, runCell } from '../scripts/fault-cells.ts'

const WHOLE = { create: 1, deploy: 1, swap: 1, terminate: 1 }

describe('a release with a fault', () => {
  let beginnings: Beginnings
  beforeAll(async () => {
    beginnings = await makeBeginnings()
  }, 240_000)
  afterAll(() => beginnings.remove())

  async function cell(name: string, step: StepId): Promise<Cell> {
    const fault = FAULTS.find((known) => known.name === name)
    if (!fault) throw new Error(`There is no fault ${name}.`)
    const found = await runCell(beginnings, fault, step)
    expect(found.wrong).toEqual([])
    return found
  }

  // What passes within milliseconds of a fast clock is not always seen; the windows' own tests see that it is said.
  it.each<[string, StepId]>([
    ['answer-lost', 'swap'],
    ['server-error', 'deploy'],
  ])(
    'that passes by itself is waited out, and nothing is done twice: %s at %s',
    { timeout: 240_000 },
    async (name, step) => {
      const { ways, ends, effects } = await cell(name, step)
      expect({ ways, ends, effects }).toEqual({ ways: [], ends: 'completed', effects: WHOLE })
    },
  )

  it.each<[string, StepId, string]>([
    ['expired-token', 'deploy', 'Your AWS sign-in has run out'],
    ['swap-refused', 'swap', 'is busy with another change'],
    ['couple-database', 'retire', 'independent of its database'],
  ])('that has to be put right stops it until it is: %s at %s', { timeout: 240_000 }, async (name, step, title) => {
    const { sees, ways, ends, effects } = await cell(name, step)
    expect(sees.join()).toContain(title)
    expect(ways[0]).toBe('the cause was put right')
    expect({ ends, effects }).toEqual({ ends: 'completed', effects: WHOLE })
  })

  it('that ruins green ends with the production URL where it was: create-ends-red at clone', {
    timeout: 240_000,
  }, async () => {
    const { choices, ends, effects } = await cell('create-ends-red', 'clone')
    expect(choices).toContain('Roll back')
    expect({ ends, effects }).toEqual({ ends: 'rolled back', effects: { create: 1, deploy: 0, swap: 0, terminate: 1 } })
  })
})

describe('docs/fault-matrix.md', () => {
  const page = readFileSync(new URL('../docs/fault-matrix.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| ['))

  it('has a row for every fault of the catalogue', () => {
    expect(rows.map((row) => /^\| \[([^\]]+)\]/.exec(row)?.[1])).toEqual(FAULTS.map(({ name }) => name))
    for (const { name } of FAULTS) expect(page).toContain(`### ${name}`)
  })

  it('has a column for every step, and no cell is empty', () => {
    expect(page).toContain(`| fault | ${STEP_IDS.join(' | ')} |`)
    for (const row of rows) {
      const cells = row.split('|').slice(2, -1)
      expect(cells).toHaveLength(STEP_IDS.length)
      for (const each of cells) expect(each.trim()).toMatch(/^(unseen|waited|mended|accepted|rolled back|stopped)$/)
    }
  })
})
