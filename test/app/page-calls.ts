import type { Page } from 'playwright/test'
import type { Reply } from '../../electron/contract/contract.ts'
import type { ReleaseSummary } from '../../electron/contract/models.ts'
import type { Problem } from '../../electron/contract/problem.ts'

interface Answer {
  readonly ok: boolean
  readonly value?: unknown
  readonly problem?: Problem
}

/** Asks main what no screen would let an operator ask: the page's own bridge, without the page's own care. */
export async function askInPage(page: Page, name: string, input: unknown): Promise<Answer> {
  return page.evaluate(async ([call, said]) => (await window.signalbox.call(call, said)) as Reply<unknown>, [
    name,
    input,
  ] as const)
}

/** The id of the release that is under way. */
export async function releaseIdOf(page: Page): Promise<string> {
  const { value } = await askInPage(page, 'listReleases', {})
  const open = (value as readonly ReleaseSummary[]).find(({ outcome }) => outcome === null)
  if (!open) throw new Error('No release is under way')
  return open.id
}
