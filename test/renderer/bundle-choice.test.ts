import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { BundleInspection } from '../../electron/contract/models.ts'
import { choose, chooseBundle, choosePracticeBundle, chooseVersionSource } from '../../renderer/actions.ts'
import { BLANK_DRAFT, useSignalbox } from '../../renderer/store.ts'
import { inspectionOf } from './preview/bundles.ts'
import { releases } from './preview/fixtures.ts'

const { getState, setState } = useSignalbox
const [first, second] = Object.values(releases)
/** What the page has asked main for and was not answered yet. */
let asked: { readonly name: string; readonly answer: (value: unknown) => void }[] = []

beforeEach(() => {
  asked = []
  const call = (name: string) => new Promise((answer) => asked.push({ name, answer }))
  vi.stubGlobal('window', { signalbox: { call, listen: () => () => {} } })
  if (!first) throw new Error('There is no fixture')
  setState({ view: first, draft: BLANK_DRAFT, problem: null })
})
afterEach(() => vi.unstubAllGlobals())

const found = (fileName: string): BundleInspection => inspectionOf(fileName)
const answered = async (index: number, value: BundleInspection | null) => {
  asked[index]?.answer({ ok: true, value })
  await new Promise((resolve) => setTimeout(resolve))
}
const chosen = () => getState().draft.inspection?.bundle.fileName ?? null

it('has no bundle to deploy while another is looked into', async () => {
  void choosePracticeBundle('one.zip')
  await answered(0, found('one.zip'))
  expect(chosen()).toBe('one.zip')
  void choosePracticeBundle('two.zip')
  expect(chosen()).toBeNull()
  expect(getState().draft.versionLabel).toBeNull()
  await answered(1, found('two.zip'))
  expect(chosen()).toBe('two.zip')
})

it('keeps the bundle that was chosen last, in whichever order they were read', async () => {
  void choosePracticeBundle('large.zip')
  void choosePracticeBundle('small.zip')
  await answered(1, found('small.zip'))
  await answered(0, found('large.zip'))
  expect(chosen()).toBe('small.zip')
})

it('keeps what there was when the dialog is closed without a file', async () => {
  void chooseBundle()
  await answered(0, found('one.zip'))
  void chooseBundle()
  await answered(1, null)
  expect(chosen()).toBe('one.zip')
})

it('takes none from another source or for another release', async () => {
  void choosePracticeBundle('one.zip')
  chooseVersionSource('existing')
  await answered(0, found('one.zip'))
  expect(chosen()).toBeNull()
  void chooseBundle()
  if (second) setState({ view: { ...second, release: { ...second.release, id: 'another' } } })
  await answered(1, found('two.zip'))
  expect(chosen()).toBeNull()
})

it('forgets the version that did not do', async () => {
  void choosePracticeBundle('one.zip')
  await answered(0, found('one.zip'))
  void choose({ id: 'choose-another-version' })
  expect(chosen()).toBeNull()
})
