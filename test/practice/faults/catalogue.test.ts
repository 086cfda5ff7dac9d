import { readFileSync } from 'node:fs'
import type { MenuItemConstructorOptions } from 'electron'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDescriptor } from '../../../electron/account/descriptor.ts'
import { type Practice as OpenedPractice, openPractice } from '../../../electron/account/practice.ts'
import { STEP_IDS } from '../../../electron/contract/steps.ts'
import { FAULT_GROUPS, FAULTS } from '../../../electron/practice/server/faults/catalogue.ts'
import { STEP_ACTIONS } from '../../../electron/practice/server/faults/steps.ts'
import { SERVICES } from '../../../electron/practice/server/services.ts'
import { practiceMenu } from '../../../electron/practice-menu.ts'
import { type Practice, startPractice } from '../start-practice.ts'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

let practice: Practice
let opened: OpenedPractice

beforeAll(async () => {
  practice = await startPractice({ users: false })
  opened = openPractice(readDescriptor(practice.descriptor))
})

afterAll(async () => {
  opened.close()
  await practice.stop()
})

async function menu(): Promise<readonly MenuItemConstructorOptions[]> {
  const changes: Promise<unknown>[] = []
  const built = practiceMenu(opened, await opened.listFaults(), (change) => changes.push(change))
  pending = changes
  return itemsOf(built)
}

let pending: Promise<unknown>[] = []

function itemsOf({ submenu }: MenuItemConstructorOptions): readonly MenuItemConstructorOptions[] {
  return Array.isArray(submenu) ? submenu : []
}

/** Clicks an item, with the tick that a click puts there or takes away. */
async function click(item: MenuItemConstructorOptions | undefined, checked: boolean): Promise<void> {
  // Of what Electron hands over, the tick is all that is read.
  item?.click?.({ checked } as never, undefined, {})
  await Promise.all(pending.splice(0))
}

const leaf = async (...labels: readonly string[]): Promise<MenuItemConstructorOptions | undefined> => {
  let items = await menu()
  let found: MenuItemConstructorOptions | undefined
  for (const label of labels) {
    found = items.find((item) => item.label === label)
    items = found === undefined ? [] : itemsOf(found)
  }
  return found
}

describe('the catalogue of faults', () => {
  it('has every name once, in one of the groups, and documents each with what it takes', () => {
    const names = FAULTS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const rows = read('docs/practice-account.md').split('\n')
    const missing = FAULTS.filter(({ name, strikes, takes }) => {
      const wanted = `| \`${name}\` | ${takes.map((member) => `\`${member}\``).join(', ')} | ${strikes} |`
      return !rows.includes(wanted)
    })
    expect(missing.map(({ name }) => name)).toEqual([])
    expect(new Set(FAULTS.map(({ group }) => group))).toEqual(new Set(FAULT_GROUPS))
  })

  it('is tested for each fault', () => {
    const tests = ['calls', 'account', 'databases', 'network']
      .map((name) => read(`test/practice/faults/${name}.test.ts`))
      .join('\n')
    const untested = FAULTS.filter(({ name }) => !tests.includes(`'${name}'`) && !tests.includes(`'${name}:`))
    expect(untested.map(({ name }) => name)).toEqual([])
  })

  it('knows the steps of a release by their ids, and only calls that there are', () => {
    expect(Object.keys(STEP_ACTIONS).filter((step) => !STEP_IDS.some((id) => id === step))).toEqual([])
    const unknown = Object.values(STEP_ACTIONS)
      .flat()
      .filter((action) => {
        const [service = '', name = ''] = action.split(':')
        const known = SERVICES[service]
        return known !== undefined && known.operations[name] === undefined && known.changes?.[name] === undefined
      })
    expect(unknown).toEqual([])
  })
})

describe('the practice menu', () => {
  it('has a sub-menu for each group, with every fault in it', async () => {
    const items = await menu()
    for (const group of FAULT_GROUPS) {
      const found = items.find(({ label }) => label === group)
      expect(itemsOf(found ?? {}).length).toBeGreaterThanOrEqual(5)
    }
    const words = (all: readonly MenuItemConstructorOptions[]): readonly string[] =>
      all.flatMap((item) => [item.label ?? '', ...words(itemsOf(item))])
    const offered = words(items)
    const missing = FAULTS.filter(
      ({ words: own, offers = [] }) =>
        !offered.includes(own) && !offers.every((offer) => offered.includes(offer.words)),
    )
    expect(missing.map(({ name }) => name)).toEqual([])
  })

  it('ticks what lasts, and ends it by the same item', async () => {
    const path = ['AWS calls', 'A call is denied', 'Terminating is denied']
    expect(await leaf(...path)).toMatchObject({ type: 'checkbox', checked: false })
    await click(await leaf(...path), true)
    expect(await leaf(...path)).toMatchObject({ checked: true })
    expect(await leaf('AWS calls', 'A call is denied', 'Swapping is denied')).toMatchObject({ checked: false })
    await click(await leaf(...path), false)
    expect(await leaf(...path)).toMatchObject({ checked: false })
    const health = ['Environments', 'Health stays at Warning', 'shop-production']
    await click(await leaf(...health), true)
    expect(await leaf(...health)).toMatchObject({ checked: true })
    await click(await leaf('End what was switched on'), true)
    expect(await leaf(...health)).toMatchObject({ checked: false })
  })

  it('offers a coupled database for each environment, by its deletion policy', async () => {
    const item = (policy: string) =>
      leaf('Databases', 'A database is coupled', `shop-production: Deletion policy ${policy}`)
    await click(await item('Snapshot'), true)
    expect((await item('Snapshot'))?.checked).toBe(true)
    expect((await item('Delete'))?.checked).toBe(false)
    await click(await item('Snapshot'), false)
    expect((await item('Snapshot'))?.checked).toBe(false)
  })

  it('has no item that the account does not understand', async () => {
    const refusals: unknown[] = []
    const tried = async (all: readonly MenuItemConstructorOptions[], path: string): Promise<void> => {
      for (const item of all) {
        await tried(itemsOf(item), `${path} > ${item.label}`)
        if (item.click !== undefined) await click(item, true).catch((error: unknown) => refusals.push([path, error]))
      }
    }
    for (const group of FAULT_GROUPS) {
      await tried(itemsOf((await leaf(group)) ?? {}), group)
      await practice.control('/faults', { name: 'all', on: false })
    }
    // What cannot happen to that environment now is said in words.
    const words = expect.stringMatching(/^Environment/)
    expect(refusals).toEqual(
      refusals.map(() => [
        expect.any(String),
        expect.objectContaining({ problem: expect.objectContaining({ code: 'bad-input', remedy: words }) }),
      ]),
    )
    expect((await opened.listFaults()).filter(({ on, group }) => on && group !== 'Databases')).toEqual([])
  })
})
