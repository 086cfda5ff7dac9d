import { expect, it } from 'vitest'
import { begunAt, drive, open } from './drive.ts'
import { fakeAccount } from './world.ts'

it('takes a release from the first look to its end', async () => {
  const account = fakeAccount()
  const entries = begunAt(account)
  const session = open(account, entries)
  const started = performance.now()
  const view = await drive(account, session)
  console.log(performance.now() - started, entries.length, [...account.calls], account.mutations.map((m) => m.name), (account.now() - 1e3) , session.refusals)
  expect(view.release.outcome).toBe('completed')
})
