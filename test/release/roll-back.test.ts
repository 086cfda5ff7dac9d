import { describe, expect, it } from 'vitest'
import { GIVEN_UP } from '../../electron/contract/problem.ts'
import type { RunningRelease } from '../../electron/release/running.ts'
import { PRODUCTION } from './cloud.ts'
import { at, BUNDLE, drive, gateOf, pass, statusOf, whole } from './drive.ts'
import { type FakeAccount, fakeAccount } from './world.ts'

describe('roll back', () => {
  it.each(['clone', 'deploy', 'test', 'swap'] as const)(
    'from the lever of %s terminates green, where there is one, and never swaps',
    async (step) => {
      const { account, session, running } = await at(step)
      await running.choose('roll-back')
      const view = await drive(account, session)
      expect(view.release.outcome).toBe('rolled-back')
      expect(account.count('swapCnames')).toBe(0)
      expect(account.count('terminate')).toBe(step === 'clone' ? 0 : 1)
      expect(account.blue).toMatchObject({ status: 'Ready', cnamePrefix: 'shop' })
      expect(account.templates.size).toBe(0)
    },
  )

  it('waits until green is made before it terminates it', async () => {
    const { account, session } = await at('clone')
    let chosen = false
    const view = await drive(account, session, {
      operator: (seen, running) => {
        if (!chosen && account.green()?.status === 'Launching') {
          chosen = true
          return running.choose('roll-back')
        }
        return whole(seen, running)
      },
    })
    expect(view.release.outcome).toBe('rolled-back')
    expect(account.green()?.status).toBe('Terminated')
    expect(account.templates.size).toBe(0)
  })

  it('aborts an update in flight first', async () => {
    const { account, session } = await at('deploy')
    const view = await drive(account, session, {
      operator: (seen, running) =>
        seen.release.track === 'forward' && account.green()?.status === 'Updating'
          ? running.choose('roll-back')
          : whole(seen, running),
    })
    expect(view.release.outcome).toBe('rolled-back')
    expect(account.mutations.slice(-2)).toEqual(['abortUpdate', 'terminate'])
  })

  it.each(['propagation', 'retire'] as const)(
    'from %s swaps back, waits for the world, and removes green',
    async (step) => {
      const { account, session, running } = await at(step)
      await running.choose('roll-back')
      const view = await drive(account, session)
      expect(view.release.outcome).toBe('rolled-back')
      expect(account.count('swapCnames')).toBe(2)
      expect(account.blue).toMatchObject({ status: 'Ready', cnamePrefix: 'shop' })
      expect(account.green()?.status).toBe('Terminated')
      expect(view.rollbackSteps.map(({ id, status }) => `${id} ${status}`)).toEqual([
        'swap proved',
        'propagation proved',
        'retire proved',
      ])
    },
  )

  it('asks for the production URL by hand before green, which held it, is terminated', async () => {
    const { account, session, running } = await at('propagation')
    await running.choose('roll-back')
    const view = await drive(account, session, {
      operator: () => null,
      until: (seen) => seen.release.step === 'retire' && statusOf(seen) === 'ready',
    })
    expect(gateOf(view, 'typed-url')?.status).toBe('waiting')
    await pass(account, session, 600)
    expect(account.count('terminate')).toBe(0)
  })

  it('is refused once blue was asked to be terminated', async () => {
    const { account, session, running } = await at('retire')
    await running.throwLever({ step: 'retire', typedUrl: PRODUCTION })
    await drive(account, session, { until: () => account.blue.status === 'Terminating' })
    await expect(running.choose('roll-back')).rejects.toThrow('no way back by a swap')
  })

  it('is refused while neither environment holds the production URL', async () => {
    const { account, running } = await at('propagation')
    const green = account.green()
    if (green) green.cnamePrefix = 'taken-by-another-hand'
    await expect(running.choose('roll-back')).rejects.toThrow('Neither environment')
  })

  it('holds back the swap while blue is too small to carry the traffic', async () => {
    const { account, session, running } = await at('propagation')
    account.blue.instances = 1
    await running.choose('roll-back')
    const view = await pass(account, session, 120)
    expect(gateOf(view, 'capacity')).toMatchObject({ status: 'failed', waivable: true })
    expect(account.count('swapCnames')).toBe(1)
    account.blue.instances = 2
    expect((await drive(account, session)).release.outcome).toBe('rolled-back')
  })
})

describe('an upload under way', () => {
  /** An upload that lasts until it is cut off, and why it was. */
  function endless() {
    const upload = Promise.withResolvers<AbortSignal>()
    const whole = fakeAccount()
    const account: FakeAccount = {
      ...whole,
      connect: (life) => ({
        ...whole.connect(life),
        bundles: {
          upload: (_bundle, _application, _onProgress, signal) => {
            upload.resolve(signal)
            return new Promise((_resolve, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
            )
          },
        },
      }),
    }
    return { account, begun: upload.promise }
  }

  it.each<[string, (running: RunningRelease) => Promise<unknown>, boolean]>([
    ['is given up with a roll back', (running) => running.choose('roll-back'), true],
    ['is given up where the release is stopped', (running) => running.choose('stop'), true],
    ['stays to be gone on with where the app is closed', (running) => running.close(), false],
  ])('%s', async (_words, end, isGivenUp) => {
    const { account, begun } = endless()
    const { running } = await at('deploy', account)
    await running.throwLever({ step: 'deploy', versionLabel: '1.5.0', bundle: BUNDLE })
    const signal = await begun
    await end(running)
    expect(signal.aborted).toBe(true)
    expect(signal.reason === GIVEN_UP).toBe(isGivenUp)
    await running.close()
  })
})
