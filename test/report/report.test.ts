import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import { reportJson } from '../../electron/report/json.ts'
import { BLUE_ID, PRODUCTION, START } from '../release/cloud.ts'
import { BUNDLE, begunAt, whole } from '../release/drive.ts'
import { fakeAccount } from '../release/world.ts'
import { journalOf, reported, thereAndBack, withWaiver } from './journals.ts'

describe('the report of a completed release', async () => {
  const entries = await journalOf(withWaiver)
  const report = reported(entries)

  it('says how it ended, for whom, and where everything stands', () => {
    expect(report).toMatchObject({
      format: 'signalbox-release-report/1',
      release: { outcome: 'completed', application: 'shop', productionCname: PRODUCTION, blue: { id: BLUE_ID } },
      version: {
        label: '1.5.0',
        bundle: { fileName: 'shop-1.5.0.zip', sha256: BUNDLE.sha256 },
        stored: { key: `shop/${BUNDLE.sha256}.zip` },
      },
      productionOn: 'green',
      fates: { blue: 'terminated', green: 'serves' },
      journal: { entries: entries.length, damage: null },
    })
    expect(report.journal.lastHash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('states the way back of 42 days from the termination', () => {
    const asked = entries.find((entry) => entry.kind === 'effect' && entry.action === 'terminate-environment')
    expect(report.rebuildUntil).toBe((asked?.at ?? 0) + 42 * 24 * 3600 * 1000)
  })

  it('walks the seven steps with their times', () => {
    expect(report.walks.map(({ step }) => step)).toEqual([
      'independence',
      'clone',
      'deploy',
      'test',
      'swap',
      'propagation',
      'retire',
    ])
    for (const walk of report.walks) {
      expect(walk.provedAt).toBeGreaterThanOrEqual(walk.enteredAt)
      expect(walk.seconds).toBe(((walk.provedAt ?? 0) - walk.enteredAt) / 1000)
    }
    expect(report.walks.map(({ leversAt }) => leversAt.length)).toEqual([0, 1, 1, 1, 1, 0, 1])
    expect(report.walks.at(-1)?.typedUrl).toBe(PRODUCTION)
    expect(report.seconds).toBe(((report.release.endedAt ?? 0) - START) / 1000)
  })

  it('gives every gate its last verdict, its evidence and every verdict it had', () => {
    const journalled = entries.flatMap((entry) =>
      entry.kind === 'gate' ? [`${entry.step} ${entry.list} ${entry.gate.id}`] : [],
    )
    const given = report.walks.flatMap((walk) =>
      (['gates', 'proofs'] as const).flatMap((list) => walk[list].map(({ id }) => `${walk.step} ${list} ${id}`)),
    )
    expect(new Set(given)).toEqual(new Set(journalled))
    const gates = report.walks.flatMap(({ gates: before, proofs }) => [...before, ...proofs])
    expect(gates.every(({ status, history }) => history.at(-1)?.status === status)).toBe(true)
    expect(gates.every(({ status, waiver }) => status === 'passed' || waiver !== null)).toBe(true)
    expect(gates.flatMap(({ history }) => history)).toHaveLength(journalled.length)
    const resolvers = gates.find(({ id }) => id === 'resolvers')
    expect(resolvers?.history.map(({ status }) => status)).toEqual(['waiting', 'passed'])
    expect(resolvers?.evidence).not.toEqual([])
  })

  it('names every call that changed AWS, with its answer', () => {
    expect(report.walks.flatMap(({ actions }) => actions.map(({ action, outcome }) => `${action} ${outcome}`))).toEqual(
      [
        'create-template done',
        'create-environment done',
        'delete-template done',
        'upload-bundle done',
        'create-version done',
        'deploy-version done',
        'swap-cnames done',
        'terminate-environment done',
      ],
    )
  })

  it('keeps the waiver with its reason, once, though the gate passed in the end', () => {
    expect(report.waivers).toMatchObject([
      {
        step: 'propagation',
        gate: 'drained',
        title: 'No visitor uses blue any more',
        reason: 'A monitoring probe stays on blue',
      },
    ])
  })

  it('draws what each name server answered since the swap', () => {
    const [watch] = report.propagations
    expect(report.propagations).toHaveLength(1)
    expect(watch?.servers.map(({ name, history }) => [name, ...history.map(({ answer }) => answer)])).toEqual([
      ['ns-1.example', 'green'],
      ['Resolver A', 'blue', 'green'],
      ['Resolver B', 'blue', 'green'],
    ])
    expect(watch?.swappedAt).toBeLessThan(watch?.from ?? 0)
    expect(watch?.until).toBe(report.walks.find(({ step }) => step === 'propagation')?.provedAt)
  })

  it('sums up the test, with the sign-off', () => {
    const rounds = entries.filter(({ kind }) => kind === 'round').length
    expect(report.testRuns).toMatchObject([
      {
        rounds,
        failedRounds: 0,
        checks: [{ path: '/', passed: rounds, failed: 0 }],
        signOff: { note: 'Looked at it' },
      },
    ])
  })

  it('keeps every event, also those that the screen forgets', () => {
    expect(report.events).toHaveLength(entries.filter(({ kind }) => kind === 'event').length)
    const many = [
      ...entries,
      ...Array.from(
        { length: 300 },
        (_, at): Entry => ({ kind: 'event', at, event: { at, severity: 'INFO', environmentName: null, message: 'm' } }),
      ),
    ]
    expect(reported(many).events.length).toBe(report.events.length + 300)
  })

  it('is the same JSON each time, and tells no path of the computer', () => {
    const json = reportJson(report)
    expect(reportJson(reported(JSON.parse(JSON.stringify(entries))))).toBe(json)
    expect(JSON.parse(json)).toEqual(report)
    expect(json.endsWith('}\n')).toBe(true)
    expect(json).not.toContain(BUNDLE.path)
  })
})

describe('the report of a release that was rolled back', async () => {
  const report = reported(await journalOf(thereAndBack))

  it('shows both ways', () => {
    expect(report).toMatchObject({
      release: { outcome: 'rolled-back' },
      productionOn: 'blue',
      fates: { blue: 'serves', green: 'terminated' },
      rebuildUntil: null,
    })
    expect(
      report.walks
        .map(({ track, step, provedAt }) => `${track} ${step}${provedAt === null ? ', not proved' : ''}`)
        .slice(4),
    ).toEqual([
      'forward swap',
      'forward propagation, not proved',
      'rollback swap',
      'rollback propagation',
      'rollback retire',
    ])
    expect(report.propagations.map(({ track }) => track)).toEqual(['forward', 'rollback'])
    expect(report.decisions.map(({ text }) => text)).toContain('Chose to roll back, after the swap.')
  })

  it('says that green was never created where it was not', async () => {
    const early = reported(
      await journalOf((view, running) =>
        view.release.track === 'forward' && view.release.step === 'clone'
          ? running.choose('roll-back')
          : whole(view, running),
      ),
    )
    expect(early).toMatchObject({
      release: { outcome: 'rolled-back' },
      productionOn: 'blue',
      fates: { blue: 'serves', green: 'never-created' },
      version: null,
    })
  })
})

describe('the report of a release that has not ended', () => {
  it('can be made after any entry', async () => {
    for (const operator of [whole, thereAndBack]) {
      const entries = await journalOf(operator)
      for (let length = 1; length <= entries.length; length += 1) {
        const report = reported(entries.slice(0, length))
        expect(report.journal.entries).toBe(length)
        expect(report.seconds).toBeGreaterThanOrEqual(0)
      }
    }
  })

  it('does not say who holds the production URL between the swap and its proof', async () => {
    const entries = await journalOf()
    const asked = entries.findIndex((entry) => entry.kind === 'intent' && entry.action === 'swap-cnames')
    expect(reported(entries.slice(0, asked)).productionOn).toBe('blue')
    expect(reported(entries.slice(0, asked + 1)).productionOn).toBeNull()
  })

  it('tells a termination that was asked for and not proved', async () => {
    const entries = await journalOf()
    const asked = entries.findIndex((entry) => entry.kind === 'effect' && entry.action === 'terminate-environment')
    expect(reported(entries.slice(0, asked + 1)).fates).toEqual({ blue: 'terminating', green: 'serves' })
  })

  it('passes on that the journal is damaged', () => {
    expect(reported(begunAt(fakeAccount()), 'Entry 3 does not follow.').journal).toMatchObject({
      entries: 2,
      damage: 'Entry 3 does not follow.',
    })
  })

  it('refuses a journal without its beginning', () => {
    expect(() => reported([])).toThrow('begins with its release')
  })
})

describe('what went otherwise', () => {
  it('is listed: a refused call with the words of AWS, and the one that succeeded after it', async () => {
    const entries = await journalOf(whole, (account) =>
      account.fail('swapCnames', { problem: { code: 'network', title: 'AWS cannot be reached' }, when: 'before' }),
    )
    const swap = reported(entries).walks.find(({ step }) => step === 'swap')
    expect(swap?.actions.map(({ outcome, problem }) => [outcome, problem?.title])).toEqual([
      ['refused', 'AWS cannot be reached'],
      ['done', undefined],
    ])
  })

  it('is listed: a call that was never answered because the app was killed', () => {
    const [started, entered] = begunAt(fakeAccount())
    if (!started || !entered) throw new Error('no beginning')
    const cut: Entry[] = [
      started,
      entered,
      { kind: 'entered', at: START + 1, step: 'swap' },
      { kind: 'intent', at: START + 2, step: 'swap', action: 'swap-cnames', detail: 'a and b' },
    ]
    expect(reported(cut).walks.at(-1)?.actions).toMatchObject([
      { outcome: 'unanswered', meantAt: START + 2, answeredAt: null, detail: 'a and b' },
    ])
  })

  it('is listed: a call that was held back because a gate closed', () => {
    const held: Entry[] = [
      ...begunAt(fakeAccount()),
      { kind: 'entered', at: START + 1, step: 'swap' },
      { kind: 'lever-thrown', at: START + 2, step: 'swap' },
      {
        kind: 'refused',
        at: START + 3,
        step: 'swap',
        action: 'swap-cnames',
        problem: { code: 'locked', title: 'A gate is closed' },
        passing: false,
      },
    ]
    expect(reported(held).walks.at(-1)?.actions).toMatchObject([
      { outcome: 'refused', meantAt: null, problem: { title: 'A gate is closed' } },
    ])
  })

  it('is listed: a step that was walked twice, each time with its own gates', async () => {
    let isBack = false
    const entries = await journalOf((view, running) => {
      if (!isBack && view.release.step === 'test' && view.steps.test.status === 'ready') {
        isBack = true
        return running.choose('choose-another-version')
      }
      return whole(view, running)
    })
    const report = reported(entries)
    expect(report.walks.map(({ step }) => step)).toEqual([
      'independence',
      'clone',
      'deploy',
      'test',
      'deploy',
      'test',
      'swap',
      'propagation',
      'retire',
    ])
    expect(report.walks[3]).toMatchObject({ provedAt: null, leftAt: expect.any(Number) })
    expect(report.decisions.map(({ text }) => text)).toContain(
      'Went back to an earlier step: The operator chose another version.',
    )
  })

  it('is told from a step whose entering was not recorded before the app was killed', () => {
    const at = START + 1
    const gate = { id: 'g', title: 'G', status: 'passed', summary: '', evidence: [], waivable: false } as const
    const entries: Entry[] = [
      ...begunAt(fakeAccount()),
      { kind: 'returned', at, step: 'deploy', why: 'w' },
      { kind: 'gate', at, step: 'deploy', list: 'gates', gate },
    ]
    expect(reported(entries).walks.map(({ step, gates }) => [step, gates.length])).toEqual([
      ['independence', 0],
      ['deploy', 1],
    ])
  })
})
