import { describe, expect, it } from 'vitest'
import { reportHtml } from '../../electron/report/html.ts'
import type { Report } from '../../electron/report/report.ts'
import { timelineOfSwap, watchPicture } from '../../electron/report/watch-pictures.ts'
import { manyLines, oneSlice, SWAPPED_AGO, timeline } from '../renderer/timelines.ts'
import { AT } from '../renderer/views.ts'
import { journalOf, reported, thereAndBack } from './journals.ts'

const swap = { at: AT - SWAPPED_AGO, isBack: false }

describe('the pictures of the watch', async () => {
  const own = reported(await journalOf())
  const report = (rest: Partial<Report> = {}): Report => ({ ...own, timeline, swaps: [swap], ...rest })
  const drawn = (given: Report) => watchPicture(given, given.timeline ?? { lines: [], traffic: [] })?.text ?? ''

  it('are in the report of a release as the engine writes its journal', () => {
    expect(own.timeline?.lines.map(({ kind }) => kind)).toContain('fresh')
    const page = reportHtml(own)
    expect(page).toContain('aria-label="Traffic and answers over time"')
    expect(page).toMatch(/first green \d\d:\d\d:\d\d/)
    expect(page).toMatch(/>Swap<\/text>/)
  })

  it('show both curves, idle, every line and what failed', () => {
    const text = drawn(report({ idleRequestsPerSecond: 0.3 }))
    expect(text.match(/fill-opacity="0\.12"/g)).toHaveLength(2)
    expect(text).toContain('dotted: idle, 0.3/s')
    expect(text).toContain('www.shop.example')
    expect(text).toContain('3 errors')
    expect(reportHtml(report())).toContain('connection refused by 192.0.2.10')
  })

  it('leave a gap where nothing was asked or reported', () => {
    const curve = /<path d="(M[^"]+)" fill="none" stroke="#1263d6"/.exec(drawn(report()))?.[1] ?? ''
    expect(curve.match(/M/g)).toHaveLength(2)
    expect(curve.match(/H/g)).toHaveLength(34)
  })

  it('can be told apart without colours', () => {
    const page = reportHtml(report())
    for (const id of ['stripes', 'crosses', 'dots']) {
      expect(page).toContain(`<pattern id="${id}"`)
      expect(page).toContain(`fill="url(#${id})"`)
    }
  })

  it.each([
    ['many lines', manyLines],
    ['one slice', oneSlice],
    ['nothing but traffic', { lines: [], traffic: timeline.traffic }],
  ])('stay inside their frame with %s', (_words, given) => {
    const text = drawn(report({ timeline: given }))
    const height = Number(/viewBox="0 0 720 (\d+)"/.exec(text)?.[1])
    const bars = [...text.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)]
    for (const [, x, y, width, tall] of bars) {
      expect(Number(x) + Number(width)).toBeLessThanOrEqual(717)
      expect(Number(y) + Number(tall)).toBeLessThanOrEqual(height)
    }
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(text).not.toContain('customers-of-all-countries')
  })

  it('are not drawn of nothing', () => {
    expect(timelineOfSwap(report({ timeline: null }), false)).toBeNull()
    expect(watchPicture(report(), { lines: [], traffic: [] })).toBeNull()
    expect(reportHtml(report({ timeline: null }))).not.toContain('Traffic and answers')
  })

  it('belong to the swap they were taken at, there and back', async () => {
    const back = reported(await journalOf(thereAndBack))
    expect(back.swaps.map(({ isBack }) => isBack)).toEqual([false, true])
    const [there, again] = [timelineOfSwap(back, false), timelineOfSwap(back, true)]
    const second = back.swaps[1]?.at ?? 0
    const ends = (part: typeof there) => part?.lines.flatMap(({ slices }) => slices.map(({ until }) => until)) ?? []
    expect(Math.min(...ends(again))).toBeGreaterThan(second - 120_000)
    expect(Math.max(...ends(again))).toBeGreaterThan(Math.max(...ends(there)))
    expect(there?.lines.every(({ firstNew }) => firstNew === null)).toBe(true)
    expect(reportHtml(back).match(/Traffic and answers over time/g)).toHaveLength(2)
  })
})
