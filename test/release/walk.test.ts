import { describe, expect, it } from 'vitest'
import { USERS } from './cloud.ts'
import { at, BUNDLE, begunAt, drive, gateOf, open, pass, statusOf, upTo, whole } from './drive.ts'
import { fakeAccount } from './world.ts'

describe('clone', () => {
  it('gives the lever back, in words, when the URL is taken between check and create', async () => {
    const { account, session, running } = await at('clone')
    account.before('createEnvironment', () => {
      account.add({
        id: 'e-stranger01',
        name: 'stranger',
        cnamePrefix: 'shop-green',
        versionLabel: null,
        tags: [],
        settings: [],
      })
    })
    await running.throwLever({ step: 'clone', greenName: 'shop-green', cnamePrefix: 'shop-green' })
    const view = await pass(account, session, 120)
    expect(view.problem).toMatchObject({ code: 'name-taken' })
    expect(view.problem?.title).toContain('is not available')
    expect(statusOf(view)).toBe('locked')
    expect(gateOf(view, 'cname-free')).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('Choose another URL for green'),
    })
    expect(account.templates.size).toBe(0)

    await running.throwLever({ step: 'clone', greenName: 'shop-green', cnamePrefix: 'shop-green-2' })
    const end = await drive(account, session)
    expect(end.release.outcome).toBe('completed')
    expect(end.release.green.cnamePrefix).toBe('shop-green-2')
  })

  it('goes on with the same green when the app is closed in the middle and opened again', async () => {
    const { account, entries, session } = await at('clone')
    await drive(account, session, { until: () => account.green()?.status === 'Launching' })
    await session.running.close()
    const again = open(account, entries)
    const view = await drive(account, again)
    expect(view.release.outcome).toBe('completed')
    expect(account.count('createEnvironment')).toBe(1)
  })

  it("copies blue's own tags and adds the release's", async () => {
    const { account } = await at('deploy')
    expect(account.green()?.tags).toEqual([
      { key: 'team', value: 'web' },
      { key: 'signalbox:release', value: 'rel-0001' },
      { key: 'signalbox:blue', value: 'e-blue000001' },
    ])
  })

  it.each([
    ['without the tag', []],
    ['with the tag of another release', [{ key: 'signalbox:release', value: 'rel-0000' }]],
  ])('does not take an environment of that name for its own, %s', async (_words, tags) => {
    const account = fakeAccount({ listingLagSeconds: 0 })
    const session = open(account, begunAt(account))
    await drive(account, session, upTo('clone'))
    // It appears in the moment between the last look and the call.
    account.before('createEnvironment', () => {
      const stranger = { id: 'e-stranger01', name: 'shop-green', cnamePrefix: 'other', versionLabel: '1', settings: [] }
      account.settle(account.add({ ...stranger, tags }))
    })
    await session.running.throwLever({ step: 'clone', greenName: 'shop-green', cnamePrefix: 'shop-green' })
    const view = await pass(account, session, 120)
    expect(view.release.green.id).toBeNull()
    expect(view.problem?.code).toBe('name-taken')
    expect(gateOf(view, 'name-free')?.status).toBe('failed')
    await session.running.choose('roll-back')
    await drive(account, session)
    expect(account.mutations).not.toContain('terminate')
  })

  it('says so when green is created but never becomes healthy, and removes it on roll back', async () => {
    const { account, session } = await at('clone')
    const sick = drive(account, session, {
      until: (view) => statusOf(view) === 'stuck',
      operator: (view, running) => {
        const green = account.green()
        if (green?.status === 'Ready' && green.healthColor === 'Green') account.settle(green, 'Severe')
        return view.release.step === 'clone' ? whole(view, running) : null
      },
    })
    const view = await sick
    expect(view.problem?.title).toContain('not healthy')
    await session.running.choose('roll-back')
    expect((await drive(account, session)).release.outcome).toBe('rolled-back')
  })
})

describe('deploy', () => {
  it('sees that AWS put the old version back, though green is Ready and Green', async () => {
    const { account, session, running } = await at('deploy')
    account.failing.add('1.5.0')
    const view = await drive(account, session, { until: (seen) => statusOf(seen) === 'stuck' })
    expect(view.problem?.title).toBe('Version 1.5.0 was not deployed')
    expect(view.problem?.meaning).toContain('still runs 1.4.2')
    expect(view.choices.map(({ id }) => id)).toEqual([
      'retry',
      'choose-another-version',
      'roll-back',
      'hand-over',
      'stop',
    ])

    await running.choose('choose-another-version')
    await running.throwLever({ step: 'deploy', versionLabel: '1.5.1', bundle: { ...BUNDLE, sha256: 'cd'.repeat(32) } })
    const end = await drive(account, session)
    expect(end.release.outcome).toBe('completed')
    expect(end.versionLabel).toBe('1.5.1')
    expect(account.green()?.versionLabel).toBe('1.5.1')
  })

  it('deploys the same version once more when asked to try again', async () => {
    const { account, session, running } = await at('deploy')
    account.failing.add('1.5.0')
    await drive(account, session, { until: (seen) => statusOf(seen) === 'stuck' })
    account.failing.clear()
    await running.choose('retry')
    const end = await drive(account, session)
    expect(end.release.outcome).toBe('completed')
    expect(account.count('deploy')).toBe(2)
    expect(account.count('createVersion')).toBe(1)
  })

  it('refuses a label that names another bundle already', async () => {
    const { account, running } = await at('deploy')
    account.versions.set('1.5.0', {
      label: '1.5.0',
      description: '',
      status: 'PROCESSED',
      createdAt: 0,
      bucket: 'b',
      key: 'shop/other.zip',
    })
    await expect(running.throwLever({ step: 'deploy', versionLabel: '1.5.0', bundle: BUNDLE })).rejects.toMatchObject({
      problem: { meaning: expect.stringContaining('belongs to another bundle') },
    })
    expect(account.count('upload')).toBe(0)
  })

  it('refuses a version that is not in Elastic Beanstalk', async () => {
    const { running } = await at('deploy')
    await expect(running.throwLever({ step: 'deploy', versionLabel: '9.9.9', bundle: null })).rejects.toMatchObject({
      problem: { meaning: expect.stringContaining('has no version 9.9.9') },
    })
  })

  it('stops when green is taken away by another hand', async () => {
    const { account, session } = await at('deploy')
    const green = account.green()
    if (green) Object.assign(green, { status: 'Terminated', resources: null })
    const view = await pass(account, session, 120, whole)
    expect(view.release.step).toBe('deploy')
    expect(account.count('deploy')).toBe(0)
    await session.running.choose('roll-back')
    expect((await drive(account, session)).release.outcome).toBe('rolled-back')
  })
})

describe('test', () => {
  it('asks the operator when green keeps failing its checks', async () => {
    const { account, session } = await at('test')
    account.erring.add('1.5.0')
    const view = await drive(account, session, { until: (seen) => statusOf(seen) === 'stuck' })
    expect(view.problem?.title).toBe('Green does not pass its checks')
    expect(gateOf(view, 'check-0')).toMatchObject({ status: 'failed' })
    expect(view.release.step).toBe('test')
  })

  it('begins the bake again after a failure', async () => {
    const { account, session } = await at('test')
    let broken = false
    await drive(account, session, {
      operator: (view, running) => {
        const baked = Number(/^(\d+) of/.exec(gateOf(view, 'bake')?.summary ?? '')?.[1] ?? 0)
        if (!broken && baked >= 10) {
          broken = true
          account.erring.add('1.5.0')
          account.before('get', () => {})
          return null
        }
        if (broken) account.erring.clear()
        return view.release.step === 'test' ? whole(view, running) : null
      },
      until: (view) => view.release.step === 'swap',
    })
    expect(broken).toBe(true)
  })

  it('does not go on without the sign-off', async () => {
    const { account, session, running } = await at('test')
    await running.throwLever({ step: 'test' })
    const view = await pass(account, session, 600)
    expect(view.release.step).toBe('test')
    expect(gateOf(view, 'bake')?.status).toBe('passed')
    expect(gateOf(view, 'sign-off')?.status).toBe('waiting')
  })

  it('refuses a sign-off before it has begun', async () => {
    const { running } = await at('test')
    await expect(running.signOff('fine')).rejects.toThrow('nothing to sign off')
  })
})

describe('swap', () => {
  it('is held back when green runs another version than was tested', async () => {
    const { account, session, running } = await at('swap')
    const green = account.green()
    if (green) green.versionLabel = '1.4.9'
    await expect(running.throwLever({ step: 'swap' })).rejects.toMatchObject({
      problem: { code: 'drift', meaning: expect.stringContaining('What was tested is 1.5.0') },
    })
    expect((await pass(account, session, 60)).release.step).toBe('swap')
    expect(account.count('swapCnames')).toBe(0)
  })

  it('is not made again when somebody else has swapped already', async () => {
    const { account, session, running } = await at('swap')
    const green = account.green()
    if (green) [green.cnamePrefix, account.blue.cnamePrefix] = [account.blue.cnamePrefix, green.cnamePrefix]
    const told = await pass(account, session, 30)
    expect(told.problem?.title).toBe('Somebody has swapped the URLs already')
    await running.choose('accept-drift', told.choices.find(({ id }) => id === 'accept-drift')?.of)
    const view = await drive(account, session, { until: (seen) => seen.release.step === 'propagation' })
    expect(view.release.step).toBe('propagation')
    expect(account.count('swapCnames')).toBe(0)
  })

  it('takes the lever back when an environment begins to change before the call', async () => {
    const { account, session, running } = await at('swap')
    await running.throwLever({ step: 'swap' })
    const green = account.green()
    if (green) green.healthColor = 'Red'
    if (green) green.healthStatus = 'Severe'
    const view = await pass(account, session, 60)
    expect(view.problem?.code).toBe('locked')
    expect(account.count('swapCnames')).toBe(0)
  })
})

describe('propagation', () => {
  it('is not proved while a resolver keeps the old answer, and waits out two TTLs', async () => {
    const { account, session } = await at('propagation')
    const swappedAt = account.now()
    const view = await pass(account, session, 70)
    expect(gateOf(view, 'resolvers')?.summary).toContain('Resolver B (blue)')
    expect(gateOf(view, 'drained')?.status).toBe('waiting')
    await drive(account, session, upTo('retire'))
    // Resolver B keeps the old answer for 90 s; then two TTLs of 60 s.
    expect(account.now() - swappedAt).toBeGreaterThan(200_000)
  })

  it("shows blue's users leave", async () => {
    const { account, session } = await at('propagation')
    await drive(account, session, upTo('retire'))
    const rates = session.view().lanes.blue.traffic.map(({ requestsPerSecond }) => Math.round(requestsPerSecond))
    expect([...new Set(rates)]).toEqual([USERS, USERS / 2, 0])
  })

  it('says when somebody swaps the URLs back', async () => {
    const { account, session } = await at('propagation')
    const green = account.green()
    if (green) [green.cnamePrefix, account.blue.cnamePrefix] = [account.blue.cnamePrefix, green.cnamePrefix]
    const view = await pass(account, session, 30)
    expect(gateOf(view, 'holder')).toMatchObject({ status: 'failed', waivable: false })
  })

  it('goes on with a waiver, and keeps its reason', async () => {
    const { account, session, running } = await at('propagation')
    await running.waive('propagation', 'resolvers', 'Resolver B is known never to follow')
    await running.waive('propagation', 'drained', 'A monitoring probe stays on blue')
    await drive(account, session, upTo('retire'))
    const waived = session.view().steps.propagation.proofs.filter(({ waiver }) => waiver !== undefined)
    expect(waived.map(({ id }) => id)).toEqual(['resolvers', 'drained'])
  })
})
