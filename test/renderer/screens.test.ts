import { describe, expect, it } from 'vitest'
import { accountNow } from '../../renderer/clock.ts'
import { DEFAULT_SETTINGS, matching, whyNotBlue } from '../../renderer/environments.ts'
import { topics } from '../../renderer/help/topics.ts'
import { faultsOf, formOf, settingsOf } from '../../renderer/settings-form.ts'
import { spansOf } from '../../renderer/timeline.ts'
import { healthTone } from '../../renderer/ui/InstanceDots.tsx'
import { linePath } from '../../renderer/ui/Sparkline.tsx'
import { stepItemOf } from '../../renderer/ui/step-item.ts'
import { AT, environment, gate, stepView } from './views.ts'

describe('choosing blue', () => {
  it('says why an environment cannot be chosen', () => {
    expect(whyNotBlue(environment())).toBeNull()
    expect(whyNotBlue(environment({ tier: 'Worker', cname: null }))).toContain('worker')
    expect(whyNotBlue(environment({ cname: null }))).not.toBeNull()
    expect(whyNotBlue(environment({ status: 'Updating' }))).toContain('Wait')
    expect(whyNotBlue(environment({ status: 'SomethingNew' }))).toContain('SomethingNew')
  })

  it('lists by URL, what cannot be chosen last, and finds by every word', () => {
    const applications = [
      {
        name: 'shop',
        description: '',
        environments: [
          environment({ id: 'e-1', name: 'worker', cname: null, tier: 'Worker' }),
          environment({ id: 'e-2', name: 'b', cname: 'b.example' }),
          environment({ id: 'e-3', name: 'a', cname: 'a.example', versionLabel: 'v9' }),
        ],
      },
      { name: 'empty', description: '', environments: [] },
    ]
    const ids = (typed: string) =>
      matching(applications, typed).flatMap(({ environments }) => environments.map(({ id }) => id))
    expect(ids('')).toEqual(['e-3', 'e-2', 'e-1'])
    expect(ids('EXAMPLE v9')).toEqual(['e-3'])
    expect(matching(applications, '').map(({ name }) => name)).toEqual(['shop', 'empty'])
    expect(matching(applications, 'nothing like it')).toEqual([])
  })
})

describe('settings as typed', () => {
  it('come back as they went in', () => expect(settingsOf(formOf(DEFAULT_SETTINGS))).toEqual(DEFAULT_SETTINGS))

  it.each([
    ['bakeMinutes', ''],
    ['bakeMinutes', '-1'],
    ['bakeMinutes', '1441'],
    ['soakMinutes', 'soon'],
    ['soakMinutes', '10081'],
  ])('are refused with %s %s', (field, typed) => {
    const form = { ...formOf(DEFAULT_SETTINGS), [field]: typed }
    expect(settingsOf(form)).toBeNull()
  })

  it('want a path that begins with a slash and a status that exists', () => {
    const form = { ...formOf(DEFAULT_SETTINGS), checks: [{ path: 'health', expectStatus: '99', contains: '' }] }
    expect(faultsOf(form).checks).toEqual([
      { path: 'It begins with a slash.', expectStatus: 'Between 100 and 599.', contains: null },
    ])
    expect(settingsOf(form)).toBeNull()
  })
})

describe('drawing', () => {
  it('runs the account’s clock on at its own speed', () => {
    expect(accountNow({ at: AT, speed: 60 }, 1000, 3000)).toBe(AT + 120_000)
    expect(accountNow({ at: AT, speed: 60 }, 3000, 1000)).toBe(AT)
  })

  it('makes spans of a resolver’s answers that fill the strip from its first answer', () => {
    const history = [
      { at: 100, answer: 'blue' },
      { at: 150, answer: 'mixed' },
      { at: 160, answer: 'green' },
    ]
    expect(spansOf(history, 100, 200)).toEqual([
      { answer: 'blue', from: 0, width: 0.5 },
      { answer: 'mixed', from: 0.5, width: expect.closeTo(0.1) },
      { answer: 'green', from: 0.6, width: 0.4 },
    ])
    expect(spansOf([], 100, 200)).toEqual([])
    expect(spansOf([{ at: 300, answer: 'blue' }], 100, 200)).toEqual([])
  })

  it('draws no line from fewer than two readings', () => {
    expect(linePath([], 10)).toBeNull()
    expect(linePath([{ at: 1, requestsPerSecond: 3 }], 10)).toBeNull()
    expect(
      linePath(
        [
          { at: 0, requestsPerSecond: 0 },
          { at: 10, requestsPerSecond: 99 },
        ],
        10,
      ),
    ).toBe('M0.0 38.0L200.0 2.0')
  })

  it.each([
    ['Ok', 'Green', 'good'],
    ['Info', 'Green', 'busy'],
    ['Warning', 'Yellow', 'warning'],
    ['Degraded', 'Red', 'bad'],
    ['Severe', 'Red', 'bad'],
    ['Pending', 'Grey', 'unknown'],
    ['Brandnew', 'Red', 'bad'],
    ['Brandnew', 'Brandnew', 'unknown'],
    ['Green', 'Green', 'good'],
  ] as const)('draws health %s (%s) as %s', (status, color, tone) => expect(healthTone(status, color)).toBe(tone))

  it('tells of each step in a word or two', () => {
    const release = { track: 'forward', step: 'swap', outcome: null } as const
    const detail = (status: Parameters<typeof stepView>[1], rest = {}) =>
      stepItemOf(stepView('swap', status, rest), release).detail
    expect(detail('ahead')).toBe('')
    expect(detail('locked', { gates: [gate('a', 'A', 'failed'), gate('b', 'B')] })).toBe('Locked by 1 gate')
    const typed = gate('typed-url', 'You typed it', 'waiting')
    expect(detail('locked', { gates: [gate('a', 'A', 'failed'), typed] })).toBe('Locked by 1 gate')
    expect(detail('watching', { progress: { label: 'x', fraction: 0.42, secondsLeft: 1 } })).toBe('Under way, 42 %')
    expect(detail('proved', { enteredAt: AT, provedAt: AT + 380_000 })).toBe('Proved in 6 min 20 s')
  })

  it('has help with every part for every topic', () => {
    for (const { title, what, why, wrong, look } of Object.values(topics)) {
      expect([title, why, ...what, ...look, ...wrong.flat()].every((text) => text.length > 3)).toBe(true)
      expect([what.length, wrong.length, look.length].every((length) => length > 0)).toBe(true)
    }
  })
})
