import type { Colour, Instant } from '../contract/models.ts'
import type { ProbeLine, Swap, Timeline } from '../contract/timeline.ts'
import {
  ANSWERERS,
  type Answerer,
  bandPath,
  beforeSwap,
  LINE_TITLES,
  linesInOrder,
  placeOn,
  roundUp,
  type Stretch,
  scaleOver,
  sharesOf,
  stepPath,
  stretchOf,
  sumOf,
  ticksOf,
} from '../contract/timeline-picture.ts'
import { wrapped } from './lanes-picture.ts'
import { html, type Markup } from './markup.ts'
import type { Report } from './report.ts'
import { count, timeIn } from './words.ts'

const WIDTH = 720
const PLOT = { left: 186, right: 716 } as const
const AXIS = 34
const TRAFFIC = 110
const STRIP = 15
const LATENCY = 24
const ROW = 62

const INK: Readonly<Record<Colour, string>> = { blue: '#1263d6', green: '#0f7f3d' }
const GREY = '#58626f'

/** What fills the answers of each: patterns, so that they can be told apart in print without colours. */
export const FILLS: Readonly<Record<string, string>> = {
  blue: 'url(#stripes)',
  green: '#0f7f3d',
  mixed: 'url(#dots)',
  other: 'url(#dots)',
  foreign: 'url(#crosses)',
  silent: '#d5dae2',
  error: 'url(#crosses)',
}

/** The patterns that the fills name; once on a page, before them. */
export function patterns(): Markup {
  return html`<svg class="patterns" aria-hidden="true"><defs>
<pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#8fb8f3"/><path d="M0 0V5" stroke="#1263d6" stroke-width="2.4"/></pattern>
<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#f3d27a"/><path d="M1.5 2.5h2" stroke="#7a5a00" stroke-width="2"/></pattern>
<pattern id="crosses" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#fff"/><path d="M0 0 5 5M5 0 0 5" stroke="#b3261e" stroke-width="1.3"/></pattern>
</defs></svg>`
}

/** The part of a timeline that belongs to one swap: from shortly before it to the beginning of the next. */
export function timelineOfSwap({ timeline, swaps }: Report, isBack: boolean): Timeline | null {
  if (timeline === null) return null
  const index = swaps.findIndex((swap) => swap.isBack === isBack)
  const until = swaps[index + 1]?.at ?? Number.POSITIVE_INFINITY
  const swap = swaps[index]
  const end = Math.min(until, stretchOf(timeline, null)?.until ?? until)
  const from = swap ? (index > 0 ? swap.at - 120_000 : beforeSwap(swap.at, end)) : Number.NEGATIVE_INFINITY
  const isIn = (slice: Stretch) => slice.until > from && slice.from < until
  const part: Timeline = {
    traffic: timeline.traffic.filter(isIn),
    lines: timeline.lines.flatMap((line) => {
      const slices = line.slices.filter(isIn)
      // Who was first and last is known of the last swap only.
      const marks = until === Number.POSITIVE_INFINITY ? {} : { firstNew: null, lastOld: null }
      return slices.length > 0 ? [{ ...line, ...marks, slices }] : []
    }),
  }
  return part.lines.length > 0 || part.traffic.length > 0 ? part : null
}

/** The traffic of both environments crossing over, and who answered on every line that was asked, over one time axis. */
export function watchPicture(report: Report, timeline: Timeline): Markup | null {
  const stretch = stretchOf(timeline, null)
  if (stretch === null) return null
  const lines = linesInOrder(timeline)
  const traffic = timeline.traffic.length > 0 ? TRAFFIC : 0
  const height = AXIS + traffic + lines.length * ROW
  const x = placeOn(stretch, PLOT.left, PLOT.right)
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Traffic and answers over time">
${axis(report, stretch, x, height)}
${traffic > 0 && trafficChart(report, timeline, x)}
${lines.map((line, index) => lineRow(report, line, x, AXIS + traffic + index * ROW))}
</svg>`
}

/** What the fills of a picture mean. */
export function watchLegend(): Markup {
  return html`<p class="legend">${ANSWERERS.map((by) => html`<span><svg viewBox="0 0 14 10" aria-hidden="true"><rect width="14" height="10" fill="${FILLS[by] ?? ''}"/></svg>${SAID[by]}</span>`)}<span>violet: time of the answers, median and slowest</span></p>`
}

const SAID: Readonly<Record<Answerer, string>> = {
  green: 'answered by green',
  blue: 'answered by blue',
  other: 'answered by neither',
  error: 'no answer',
}

function axis(report: Report, stretch: Stretch, x: (at: Instant) => number, height: number): Markup {
  const { at, seconds } = ticksOf(stretch, 8)
  // Of an ISO instant: the day, the minute or the second.
  const [first, last] = seconds < 60 ? [11, 19] : seconds < 86_400 ? [11, 16] : [5, 10]
  const say = (tick: Instant) => new Date(tick).toISOString().slice(first, last)
  const swaps = report.swaps.filter((swap: Swap) => swap.at >= stretch.from && swap.at <= stretch.until)
  return html`${at.map((tick) => html`<path d="M${x(tick)} 28V${height}" stroke="#dfe3e9"/><text x="${x(tick)}" y="24" font-size="10" text-anchor="${anchor(x(tick))}" style="fill:${GREY}">${say(tick)}</text>`)}
${swaps.map((swap) => html`<path d="M${x(swap.at)} 12v3M${x(swap.at)} 27V${height}" stroke="#101820" stroke-width="1.5"/><text x="${x(swap.at)}" y="9" font-size="10.5" font-weight="700" text-anchor="${anchor(x(swap.at))}">${swap.isBack ? 'Swap back' : 'Swap'}</text>`)}`
}

function anchor(x: number): string {
  if (x < PLOT.left + 24) return 'start'
  return x > PLOT.right - 24 ? 'end' : 'middle'
}

function trafficChart(report: Report, { traffic }: Timeline, x: (at: Instant) => number): Markup {
  const idle = report.idleRequestsPerSecond
  const values = traffic.flatMap(({ blue, green }) => [blue, green].filter((value) => value !== null))
  const { top, highest } = scaleOver(values, idle ?? 0)
  const base = AXIS + TRAFFIC - 14
  const y = (value: number) => Math.round((base - (Math.min(value, top) / top) * (TRAFFIC - 28)) * 10) / 10
  const curve = (colour: Colour, dashes: string) => {
    const levels = traffic.map(({ from, until, [colour]: value }) => ({ from, until, value, base: 0 }))
    return html`<path d="${bandPath(levels, x, y)}" fill="${INK[colour]}" fill-opacity="0.12"/><path d="${stepPath(levels, x, y)}" fill="none" stroke="${INK[colour]}" stroke-width="1.8"${dashes !== '' && html` stroke-dasharray="${dashes}"`}/>`
  }
  return html`<text x="0" y="${AXIS + 22}" font-size="12">Traffic</text>
<text x="0" y="${AXIS + 36}" font-size="9.5" style="fill:${GREY}">requests per second</text>
<path d="M0 ${AXIS + 48}h22" stroke="${INK.blue}" stroke-width="1.8" stroke-dasharray="6 2"/><text x="28" y="${AXIS + 52}" font-size="10">blue</text>
<path d="M60 ${AXIS + 48}h22" stroke="${INK.green}" stroke-width="1.8"/><text x="88" y="${AXIS + 52}" font-size="10">green</text>
${curve('blue', '6 2')}${curve('green', '')}
<path d="M${PLOT.left} ${base}H${PLOT.right}" stroke="#9aa3af"/>
${idle !== null && html`<path d="M${PLOT.left} ${y(idle)}H${PLOT.right}" stroke="#7a5a00" stroke-dasharray="2 3"/><text x="0" y="${AXIS + 68}" font-size="9.5" style="fill:#7a5a00">dotted: idle, ${rate(idle)}/s</text>`}
<text x="${PLOT.left + 3}" y="${y(top) - 3}" font-size="10" style="fill:${GREY}">${rate(top)}/s${highest !== null && `, above it up to ${rate(highest)}/s`}</text>`
}

function lineRow(report: Report, line: ProbeLine, x: (at: Instant) => number, top: number): Markup {
  const { kind, host, slices, firstNew, lastOld } = line
  const sum = sumOf(line)
  const strip = top + 6
  const base = strip + STRIP + 8 + LATENCY
  const slowest = roundUp(Math.max(1, sum.milliseconds?.most ?? 1))
  const y = (value: number) => Math.round((base - (value / slowest) * LATENCY) * 10) / 10
  const medians = slices.map(({ from, until, milliseconds }) => ({ from, until, value: milliseconds?.median ?? null }))
  const worst = slices.map(({ from, until, milliseconds }) => ({
    from,
    until,
    value: milliseconds?.most ?? null,
    base: milliseconds?.median ?? null,
  }))
  const { to, from: left } = rolesIn(report)
  const marks = [
    ...(firstNew === null ? [] : [{ at: firstNew, by: to, words: `first ${to} ${timeIn(report.release, firstNew)}` }]),
    ...(lastOld === null ? [] : [{ at: lastOld, by: left, words: `last ${left} ${timeIn(report.release, lastOld)}` }]),
  ]
  return html`<text x="0" y="${top + 14}" font-size="12">${LINE_TITLES[kind] ?? ''}</text>
<text x="0" y="${top + 26}" font-size="9.5" style="fill:${GREY}">${wrapped(host, 34, 1)[0] ?? ''}</text>
${marks.map(({ by, words }, index) => html`<text x="0" y="${top + 38 + index * 11}" font-size="9.5" font-weight="600" style="fill:${INK[by]}">${words}</text>`)}
${sum.error > 0 && html`<text x="${PLOT.left - 8}" y="${top + 14}" font-size="9.5" text-anchor="end" style="fill:#b3261e">${count(sum.error, 'error')}</text>`}
${slices.map((slice) => {
  const [from, until] = [x(slice.from), x(slice.until)]
  return html`${sharesOf(slice).map((share) => html`<rect x="${from}" y="${tenth(strip + STRIP * (1 - share.to))}" width="${tenth(Math.max(1, until - from))}" height="${tenth(STRIP * (share.to - share.from))}" fill="${FILLS[share.by] ?? ''}"/>`)}`
})}
<path d="M${PLOT.left} ${strip}H${PLOT.right}M${PLOT.left} ${strip + STRIP}H${PLOT.right}" stroke="#9aa3af" stroke-width="0.5"/>
${marks.map(({ at, by }) => html`<path d="M${x(at)} ${strip + STRIP - 2}l4 7h-8z" fill="${INK[by]}" stroke="#fff"/>`)}
<path d="${bandPath(worst, x, y)}" fill="#6a5acd" fill-opacity="0.28"/>
<path d="${stepPath(medians, x, y)}" fill="none" stroke="#4a3bb0" stroke-width="1.3"/>
<path d="M${PLOT.left} ${base}H${PLOT.right}" stroke="#9aa3af"/>
${sum.milliseconds && html`<text x="${PLOT.left - 8}" y="${base - LATENCY + 8}" font-size="9.5" text-anchor="end" style="fill:${GREY}">${slowest < 1000 ? `${slowest} ms` : `${slowest / 1000} s`}</text>`}`
}

function rolesIn({ release }: Report): { readonly to: Colour; readonly from: Colour } {
  return release.track === 'forward' ? { to: 'green', from: 'blue' } : { to: 'blue', from: 'green' }
}

function rate(value: number): string {
  return value < 10 ? String(Math.round(value * 100) / 100) : String(Math.round(value))
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
