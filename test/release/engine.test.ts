import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { type Problem, problem, SignalboxError } from '../../electron/contract/problem.ts'
import { runRelease } from '../../electron/release/engine.ts'
import { BUNDLE, begunAt, drive, leverOf, type Operator, open, statusOf, summaries, upTo, whole } from './drive.ts'
import { BLUE_ID, type FakeAccount, fakeAccount, PRODUCTION, USERS } from './world.ts'

const DENIED: Problem = { code: 'access-denied', title: 'AWS does not allow this', remedy: 'Ask for the permission.' }
const EXPIRED: Problem = { code: 'credentials-expired', title: 'Your session has expired' }
const THROTTLED: Problem = { code: 'throttled', title: 'AWS asks to slow down' }

/** A release that has come to a step, and stands there. */
async function at(step: Parameters<typeof upTo>[0], account = fakeAccount(), entries = begunAt(account)) {
  const session = open(account, entries)
  const view = await drive(account, session, upTo(step))
  expect(view.release.step, summaries(view)).toBe(step)
  return { account, entries, session, running: session.running }
}

/** Lets time pass while nobody touches anything. */
async function pass(account: FakeAccount, session: ReturnType<typeof open>, seconds: number, operator: Operator = () => null): Promise<ReleaseView> {
  const until = account.now() + seconds * 1000
  return drive(account, session, { operator, until: () => account.now() >= until })
}

function gateOf(view: ReleaseView, id: string) {
  const { step, track } = view.release
  const found = track === 'forward' ? view.steps[step] : view.rollbackSteps.find((each) => each.id === step)
  return [...(found?.gates ?? []), ...(found?.proofs ?? [])].find((gate) => gate.id === id)
}

describe('roll back', () => {
  it.each(['clone', 'deploy', 'test', 'swap'] as const)('from the lever of %s terminates green, where there is one, and never swaps', async (step) => {
    const { account, session, running } = await at(step)
    await running.choose('roll-back')
    const view = await drive(account, session)
    expect(view.release.outcome).toBe('rolled-back')
    expect(account.count('swapCnames')).toBe(0)
    expect(account.count('terminate')).toBe(step === 'clone' ? 0 : 1)
    expect(account.blue).toMatchObject({ status: 'Ready', cnamePrefix: 'shop' })
    expect(account.templates.size).toBe(0)
  })

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
        seen.release.track === 'forward' && account.green()?.status === 'Updating' ? running.choose('roll-back') : whole(seen, running),
    })
    expect(view.release.outcome).toBe('rolled-back')
    expect(account.mutations.slice(-2).map(({ name }) => name)).toEqual(['abortUpdate', 'terminate'])
  })

  it.each(['propagation', 'retire'] as const)('from %s swaps back, waits for the world, and removes green', async (step) => {
    const { account, session, running } = await at(step)
    await running.choose('roll-back')
    const view = await drive(account, session)
    expect(view.release.outcome).toBe('rolled-back')
    expect(account.count('swapCnames')).toBe(2)
    expect(account.blue).toMatchObject({ status: 'Ready', cnamePrefix: 'shop' })
    expect(account.green()?.status).toBe('Terminated')
    expect(view.rollbackSteps.map(({ id, status }) => `${id} ${status}`)).toEqual(['swap proved', 'propagation proved', 'retire proved'])
  })

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

describe('a coupled database', () => {
  it.each([
    ['Delete', 'would delete the database and all its data'],
    ['Snapshot', 'only a snapshot would remain'],
    ['Retain', 'green would run without your data'],
  ])('stops the release at its first step (deletion policy %s) in words', async (policy, words) => {
    const account = fakeAccount()
    account.blue.settings = [
      { namespace: 'aws:rds:dbinstance', optionName: 'HasCoupledDatabase', value: 'true', resourceName: null },
      { namespace: 'aws:rds:dbinstance', optionName: 'DBDeletionPolicy', value: policy, resourceName: null },
    ]
    account.blue.resources = [
      { logicalId: 'AWSEBRDSDatabase', physicalId: 'aa1b2c3d4', type: 'AWS::RDS::DBInstance', status: 'CREATE_COMPLETE' },
    ]
    const session = open(account, begunAt(account))
    const view = await pass(account, session, 300, whole)
    expect(view.release.step).toBe('independence')
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'failed', waivable: false })
    expect(gateOf(view, 'independent')?.summary).toContain(words)
    expect(gateOf(view, 'independent')?.summary).toContain('aa1b2c3d4')
    expect(account.mutations).toEqual([])
    await expect(session.running.waive('independence', 'independent', 'I know what I am doing')).rejects.toThrow('never be waived')
    expect(view.choices.map(({ id }) => id)).toContain('stop')
  })

  it('that appears after the test holds the swap back', async () => {
    const { account, session } = await at('swap')
    account.blue.resources?.push({ logicalId: 'Db', physicalId: 'late-db', type: 'AWS::RDS::DBCluster', status: 'CREATE_COMPLETE' })
    const view = await pass(account, session, 120, whole)
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'failed' })
    expect(account.count('swapCnames')).toBe(0)
  })

  it('is assumed where a place it could hang could not be read', async () => {
    const account = fakeAccount()
    account.fail('databases', ...Array.from({ length: 50 }, () => ({ problem: DENIED, when: 'before' as const })))
    const session = open(account, begunAt(account))
    const view = await pass(account, session, 120)
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'unknown', remedy: DENIED.remedy })
    expect(view.release.step).toBe('independence')
  })
})

describe('clone', () => {
  it('gives the lever back, in words, when the URL is taken between check and create', async () => {
    const { account, session, running } = await at('clone')
    account.before('createEnvironment', () => {
      account.add({ id: 'e-stranger01', name: 'stranger', cnamePrefix: 'shop-green', versionLabel: null, tags: [], settings: [] })
    })
    await running.throwLever({ step: 'clone', greenName: 'shop-green', cnamePrefix: 'shop-green' })
    const view = await pass(account, session, 120)
    expect(view.problem).toMatchObject({ code: 'name-taken' })
    expect(view.problem?.title).toContain('is not available')
    expect(statusOf(view)).toBe('locked')
    expect(gateOf(view, 'cname-free')).toMatchObject({ status: 'failed', remedy: 'Choose another URL for green below.' })
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
    ])
  })

  it('does not take an environment of that name for its own without the tag', async () => {
    const account = fakeAccount({ listingLagSeconds: 0 })
    const stranger = account.add({ id: 'e-stranger01', name: 'shop-green', cnamePrefix: 'other', versionLabel: '1', tags: [], settings: [] })
    account.settle(stranger)
    const session = open(account, begunAt(account))
    const view = await drive(account, session, { ...upTo('clone') })
    expect(statusOf(view)).toBe('locked')
    expect(gateOf(view, 'name-free')?.status).toBe('failed')
    await expect(session.running.throwLever({ step: 'clone', greenName: 'shop-green', cnamePrefix: 'shop-green' })).rejects.toThrow('gate is closed')
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
    expect(view.choices.map(({ id }) => id)).toEqual(['retry', 'choose-another-version', 'roll-back', 'stop'])

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
    account.versions.set('1.5.0', { label: '1.5.0', description: '', status: 'PROCESSED', createdAt: 0, bucket: 'b', key: 'shop/other.zip' })
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
    await expect(running.throwLever({ step: 'swap' })).rejects.toMatchObject({ problem: { meaning: expect.stringContaining('not tested') } })
    expect((await pass(account, session, 60)).release.step).toBe('swap')
    expect(account.count('swapCnames')).toBe(0)
  })

  it('is not made again when somebody else has swapped already', async () => {
    const { account, session } = await at('swap')
    const green = account.green()
    if (green) [green.cnamePrefix, account.blue.cnamePrefix] = [account.blue.cnamePrefix, green.cnamePrefix]
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
    expect(waived.map(({ id }) => id)).toEqual(['resolvers'])
  })
})

describe('trouble on the way', () => {
  it('pauses when the session expires, and goes on after the sign-in', async () => {
    const { account, session, running } = await at('test')
    account.fail('describeEnvironments', { problem: EXPIRED, when: 'before' })
    const paused = await drive(account, session, { operator: () => null })
    expect(paused).toMatchObject({ paused: true, problem: EXPIRED })
    expect(paused.choices[0]?.id).toBe('sign-in')
    await running.choose('retry')
    expect((await drive(account, session)).release.outcome).toBe('completed')
  })

  it('waits longer and longer while AWS asks to slow down', async () => {
    const { account, session } = await at('test')
    account.fail('describeEnvironments', ...Array.from({ length: 4 }, () => ({ problem: THROTTLED, when: 'before' as const })))
    const from = account.now()
    await drive(account, session, { operator: () => null, until: (view) => view.problem === null && account.now() > from + 30_000 })
    // 5, 10, 20 and 40 s.
    expect(account.now() - from).toBeGreaterThanOrEqual(75_000)
  })

  it('goes on where the events may not be read: they are narration only', async () => {
    const account = fakeAccount()
    account.fail('events', ...Array.from({ length: 20_000 }, () => ({ problem: DENIED, when: 'before' as const })))
    const view = await drive(account, open(account, begunAt(account)))
    expect(view.release.outcome).toBe('completed')
  })

  it('hears the events of the termination before the release ends', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    await drive(account, open(account, entries))
    const messages = entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event.message] : []))
    expect(messages).toContain('terminateEnvironment completed successfully.')
    expect(new Set(messages).size).toBe(messages.length)
  })

  it('changes nothing in AWS where the journal cannot be written', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    const session = open(account, entries)
    await drive(account, session, upTo('clone'))
    await session.running.close()
    let isFull = false
    const kept: Entry[] = [...entries]
    const running = runRelease({
      entries,
      journal: {
        append(entry) {
          if (isFull || entry.kind === 'intent') {
            isFull = true
            throw problem('journal', 'The journal cannot be written')
          }
          kept.push(entry)
        },
        head: () => ({ entries: kept.length, lastHash: '' }),
      },
      world: account.connect({ isDead: false }),
      onChange: () => {},
      random: () => 0.5,
    })
    const full = { running, life: { isDead: false }, refusals: [], view: () => running.view() }
    const view = await drive(account, full)
    expect(view.problem?.code).toBe('journal')
    expect(account.mutations).toEqual([])
    await running.close()
  })

  it('answers commands after the end in words', async () => {
    const account = fakeAccount()
    const session = open(account, begunAt(account))
    await drive(account, session)
    await expect(session.running.choose('roll-back')).rejects.toThrow('This release has ended')
    await expect(session.running.throwLever({ step: 'swap' })).rejects.toThrow(SignalboxError)
  })

  it('does not take a lever of another step, nor the same one twice', async () => {
    const { running, session } = await at('swap')
    await expect(running.throwLever({ step: 'test' })).rejects.toThrow('another step')
    const first = running.throwLever({ step: 'swap' })
    await expect(Promise.all([first, running.throwLever({ step: 'swap' })])).rejects.toThrow('started already')
    expect(session.view().release.step).toBe('swap')
  })

  it('ends where the operator stops it, and leaves everything as it is', async () => {
    const { account, session, running } = await at('swap')
    const before = account.mutations.length
    await running.choose('stop')
    expect((await drive(account, session)).release.outcome).toBe('stopped')
    expect(account.mutations).toHaveLength(before)
    expect(account.green()?.status).toBe('Ready')
  })
})

describe('retire refuses', () => {
  it('a URL that is not the production URL', async () => {
    const { account, session, running } = await at('retire')
    for (const typedUrl of ['', 'shop-green.eu-central-1.elasticbeanstalk.com', `${PRODUCTION}.`, 'shop']) {
      await expect(running.throwLever({ step: 'retire', typedUrl })).rejects.toThrow('not the production URL')
    }
    await pass(account, session, 60)
    expect(account.count('terminate')).toBe(0)
  })

  const refusals: readonly (readonly [string, string, (account: FakeAccount) => void])[] = [
    [
      'while blue holds the production URL',
      'holds-no-production',
      (account) => {
        const green = account.green()
        if (green) [green.cnamePrefix, account.blue.cnamePrefix] = [account.blue.cnamePrefix, green.cnamePrefix]
      },
    ],
    [
      'while neither holds the production URL',
      'holds-no-production',
      (account) => {
        const green = account.green()
        if (green) green.cnamePrefix = 'elsewhere'
      },
    ],
    ['while another security group lets it in', 'no-dependants', (account) => account.referring.set(`sg-${BLUE_ID}`, [{ id: 'sg-db', name: 'database' }])],
    [
      'while its stack holds a database',
      'no-database',
      (account) => account.blue.resources?.push({ logicalId: 'Db', physicalId: 'shop-db', type: 'AWS::RDS::DBInstance', status: 'CREATE_COMPLETE' }),
    ],
    [
      'while blue is being changed',
      'nothing-in-flight',
      (account) => {
        account.blue.status = 'Updating'
      },
    ],
    [
      'while green is not Ok',
      'target-ok',
      (account) => {
        const green = account.green()
        if (green) account.settle(green, 'Severe')
      },
    ],
  ]

  it.each(refusals)('%s', async (_words, gate, spoil) => {
    const { account, session, running } = await at('retire')
    spoil(account)
    await expect(running.throwLever({ step: 'retire', typedUrl: PRODUCTION })).rejects.toMatchObject({ problem: { code: 'locked' } })
    const view = await pass(account, session, 120, whole)
    expect(gateOf(view, gate)?.status).not.toBe('passed')
    expect(account.count('terminate')).toBe(0)
    expect(account.blue.status).not.toMatch(/Terminat/)
  })

  it.each(refusals)('%s, also when that begins between the lever and the call', async (_words, _gate, spoil) => {
    const { account, session, running } = await at('retire')
    // The lever's own look, the turn's, and then the last one before the call.
    const looks = (left: number) => account.before('describeEnvironments', () => (left === 0 ? spoil(account) : looks(left - 1)))
    looks(2)
    await running.throwLever({ step: 'retire', typedUrl: PRODUCTION }).catch(() => {})
    await pass(account, session, 120)
    expect(account.count('terminate')).toBe(0)
  })

  it('while its stack cannot be read', async () => {
    const { account, session, running } = await at('retire')
    account.fail('resources', ...Array.from({ length: 100 }, () => ({ problem: DENIED, when: 'before' as const })))
    await expect(running.throwLever({ step: 'retire', typedUrl: PRODUCTION })).rejects.toMatchObject({ problem: { code: 'locked' } })
    const view = await pass(account, session, 60)
    expect(gateOf(view, 'no-database')).toMatchObject({ status: 'unknown', waivable: false })
    expect(account.count('terminate')).toBe(0)
  })

  it('says why when AWS gives the termination up, and tries again when asked', async () => {
    const { account, session, running } = await at('retire')
    await running.throwLever({ step: 'retire', typedUrl: PRODUCTION })
    await drive(account, session, { operator: () => null, until: () => account.blue.status === 'Terminating' })
    account.begin(account.blue, 'Terminating', 20, () => account.settle(account.blue))
    const view = await drive(account, session, { operator: () => null, until: (seen) => statusOf(seen) === 'stuck' })
    expect(view.problem?.title).toBe('shop-blue was not terminated')
    await running.choose('retry')
    expect((await drive(account, session)).release.outcome).toBe('completed')
    expect(account.count('terminate')).toBe(2)
  })

  it('keeps the lever away until propagation is proved', async () => {
    const { running, session } = await at('propagation')
    const lever = leverOf(session.view(), 'retire')
    if (lever) await expect(running.throwLever(lever)).rejects.toThrow('another step')
  })
})
