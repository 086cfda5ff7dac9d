import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import { reportHtml } from '../../electron/report/html.ts'
import { wrapped } from '../../electron/report/lanes-picture.ts'
import { html } from '../../electron/report/markup.ts'
import { duration, moment, timeIn } from '../../electron/report/words.ts'
import { START } from '../release/cloud.ts'
import { begunAt, whole } from '../release/drive.ts'
import { fakeAccount } from '../release/world.ts'
import { journalOf, reported, thereAndBack, withWaiver } from './journals.ts'

const HOSTILE = `"><script>alert('x')</script><img src=x onerror=alert(1)>&amp;\u202egpj.exe`

/** Members whose values the contract fixes; everything else in a journal is somebody's text. */
const FIXED = new Set(['kind', 'step', 'action', 'list', 'status', 'answer', 'outcome', 'code'])

function poisoned(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return FIXED.has(name) ? value : value + HOSTILE
  if (Array.isArray(value)) return value.map((each) => poisoned(each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, poisoned(each, key)]))
}

/** The page's tags with their attributes, as a browser would see them. */
function tagsOf(page: string): readonly string[] {
  return page.replace(/<style>[^<]*<\/style>/, '').match(/<[a-zA-Z!/][^>]*>/g) ?? []
}

const OURS = new Set(
  '!doctype html head meta title body header main section footer figure figcaption p h1 h2 h3 h4 dl dt dd div span strong br code ul li table colgroup col thead tbody tr th td svg defs marker pattern path rect text g'.split(
    ' ',
  ),
)

describe('the page', async () => {
  const entries = await journalOf(withWaiver)
  const page = reportHtml(reported(entries))

  it('says how it ended, in big letters and in the title', () => {
    expect(page).toContain('<title>Release of shop: Completed</title>')
    expect(page).toMatch(/data-outcome="completed">Completed</)
    expect(page).toContain(
      '1.5.0 serves shop.eu-central-1.elasticbeanstalk.com from shop-green. shop-blue is terminated.',
    )
  })

  it('says plainly that it was a rehearsal', () => {
    expect(page).toContain('A rehearsal on the practice account')
  })

  it('holds every gate, every waiver, every event and the last hash', () => {
    const report = reported(entries)
    for (const { title } of report.walks.flatMap(({ gates, proofs }) => [...gates, ...proofs]))
      expect(page).toContain(html`${title}`.text)
    for (const { message } of report.events) expect(page).toContain(html`${message}`.text)
    for (const { reason } of report.waivers) expect(page).toContain(reason)
    expect(page).toContain(report.journal.lastHash)
  })

  it('runs nothing and loads nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|@import|url\((?!#)|\son[a-z]+=|javascript:/i)
    expect(page).toContain("default-src 'none'")
    for (const tag of tagsOf(page)) expect(tag).not.toMatch(/\s(src|href|xlink:href|action|formaction|data)=/)
  })

  it('is made of the same tags, however hostile every name and text in the journal is', () => {
    const bad = reportHtml(reported(entries.map((entry) => poisoned(entry) as Entry)))
    const shape = (text: string) =>
      new Set(tagsOf(text).map((tag) => /^<\/?([a-zA-Z!][a-z0-9]*)/.exec(tag)?.[1]?.toLowerCase() ?? tag))
    expect([...shape(bad)].filter((tag) => !OURS.has(tag))).toEqual([])
    expect(bad).not.toContain('<script')
    expect(bad).not.toContain('<img')
    expect(bad).not.toContain('\u202e')
    expect(bad).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;')
    // What was escaped already is shown as it was written.
    expect(bad).toContain('&amp;amp;')
  })

  it('closes every tag it opens', () => {
    const open: string[] = []
    const wrong: string[] = []
    for (const tag of tagsOf(page)) {
      const name = /^<\/?([a-z0-9]+)/.exec(tag)?.[1]
      if (!name || tag.startsWith('<!') || tag.endsWith('/>') || ['meta', 'col', 'br'].includes(name)) continue
      if (!tag.startsWith('</')) open.push(name)
      else if (open.pop() !== name) wrong.push(tag)
    }
    expect(wrong).toEqual([])
    expect(open).toEqual([])
  })

  it('draws no bar outside its picture and nothing that is no number', async () => {
    for (const each of [page, reportHtml(reported(await journalOf(thereAndBack)))]) {
      expect(each).not.toMatch(/NaN|undefined|Infinity|\[object/)
      const bars = [...each.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="1[46]"/g)]
      const ends = bars.map(([, x, width]) => Number(x) + Number(width))
      expect(Math.max(...ends)).toBeLessThanOrEqual(645)
    }
  })

  it('can be made after any entry of a release', async () => {
    const all = await journalOf(thereAndBack)
    for (let length = 1; length <= all.length; length += 7)
      expect(reportHtml(reported(all.slice(0, length)))).not.toMatch(/NaN|undefined|\[object/)
  })

  it.each([
    ['stopped', 'The operator stopped the release where it stood. The production URL belonged to shop-blue.'],
    ['roll-back', 'is served by shop-blue, as before the release. shop-green is terminated.'],
  ] as const)('says what is left after %s', async (choice, words) => {
    const operator: typeof whole = (view, running) =>
      view.release.track === 'forward' && view.release.step === 'swap'
        ? running.choose(choice === 'stopped' ? 'stop' : choice)
        : whole(view, running)
    expect(reportHtml(reported(await journalOf(operator)))).toContain(words)
  })

  it('says that the journal is damaged before anything else is believed', () => {
    const damaged = reportHtml(reported(begunAt(fakeAccount()), 'Entry 9 does not follow from the one before it.'))
    expect(damaged).toContain('The journal of this release is damaged')
    expect(damaged.indexOf('is damaged')).toBeLessThan(damaged.indexOf('<main>'))
  })
})

describe('markup', () => {
  it.each([
    ['<b>', '&lt;b&gt;'],
    ['"', '&quot;'],
    ["'", '&#39;'],
    ['&lt;', '&amp;lt;'],
    ['a\u0000b\u001b[31m', 'a\ufffdb\ufffd[31m'],
    ['a\u2066b\u2069', 'a\ufffdb\ufffd'],
    ['\ud800', '\ufffd'],
    ['💾 日本 Ä\n\t', '💾 日本 Ä\n\t'],
  ])('shows %j as text', (text, expected) => {
    expect(html`${text}`.text).toBe(expected)
  })

  it('nests without escaping twice, and leaves nothing for null and false', () => {
    expect(html`<p>${[html`<b>${'<'}</b>`, null, false, 0, 'x']}</p>`.text).toBe('<p><b>&lt;</b>0x</p>')
  })

  it('does not take an object that merely looks like markup', () => {
    const forged = { text: '<script>' } as never
    expect(html`${forged}`.text).toBe('')
  })
})

describe('words', () => {
  it.each([
    [0, '0 s'],
    [0.4, 'under 1 s'],
    [42, '42 s'],
    [59.6, '1 min'],
    [200, '3 min 20 s'],
    [3900, '1 h 5 min'],
    [183_600, '2 d 3 h'],
    [-3, '0 s'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words)
  })

  it('tell the time, with the day only where it is another', () => {
    expect(moment(START)).toBe('2027-01-04 09:00:00 UTC')
    expect(timeIn({ startedAt: START }, START + 1000)).toBe('09:00:01')
    expect(timeIn({ startedAt: START }, START + 86_400_000)).toBe('2027-01-05 09:00:00')
    expect(moment(Number.NaN)).toBe('no time')
    expect(moment(8.64e15 + 1)).toBe('no time')
  })

  it.each<[string, number, number, readonly string[]]>([
    ['shop-blue', 34, 2, ['shop-blue']],
    ['customer-relationship-frontend-production', 30, 2, ['customer-relationship-', 'frontend-production']],
    ['x'.repeat(40), 30, 2, ['x'.repeat(30), 'x'.repeat(10)]],
    ['x'.repeat(100), 30, 2, ['x'.repeat(30), `${'x'.repeat(29)}…`]],
    ['', 30, 2, ['']],
  ])('break %s into lines', (text, width, most, expected) => {
    expect(wrapped(text, width, most)).toEqual(expected)
  })
})
