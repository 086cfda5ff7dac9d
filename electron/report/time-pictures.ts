import type { Instant } from '../contract/models.ts'
import { titleOf } from '../contract/steps.ts'
import { wrapped } from './lanes-picture.ts'
import { html, type Markup } from './markup.ts'
import type { PropagationWatch } from './propagations.ts'
import type { Report } from './report.ts'
import type { TestRun } from './test-runs.ts'
import type { Walk } from './walks.ts'
import { FILLS } from './watch-pictures.ts'
import { duration } from './words.ts'

const WIDTH = 720
const PLOT = { left: 186, right: 640 } as const
const AXIS = 24

/** Each step as a bar over the time of the release: pale until its lever, full after it. */
export function timeline(report: Report): Markup {
  const { walks, release, lastAt } = report
  const until = release.endedAt ?? lastAt
  const x = scale(release.startedAt, until)
  const row = 26
  const height = AXIS + walks.length * row + 4
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="The steps over time">
${axis(release.startedAt, until, height)}
${walks.map((walk, index) => bar(walk, AXIS + index * row, until, x))}
</svg>`
}

function bar(walk: Walk, top: number, until: Instant, x: (at: Instant) => number): Markup {
  const { step, track, enteredAt, leversAt, provedAt, leftAt } = walk
  const end = leftAt ?? until
  const lever = leversAt.at(-1)
  const [from, at, to] = [x(enteredAt), x(lever ?? enteredAt), x(end)]
  const ink = track === 'rollback' ? '#8a5a00' : '#33507a'
  const pale = track === 'rollback' ? '#ecd9b4' : '#c6d3e6'
  const hasLever = ['clone', 'deploy', 'test', 'swap', 'retire'].includes(step)
  const solid = hasLever && lever === undefined ? to : at
  return html`<text x="0" y="${top + 15}" font-size="12">${titleOf(step, track)}</text>
${solid > from && html`<rect x="${from}" y="${top + 4}" width="${width(from, solid)}" height="14" fill="${pale}"/>`}
${(lever !== undefined || !hasLever) && html`<rect x="${at}" y="${top + 4}" width="${width(at, to)}" height="14" fill="${ink}"/>`}
${leversAt.map((thrown) => html`<path d="M${x(thrown)} ${top + 1}v20" stroke="#101820" stroke-width="1.5"/>`)}
<text x="${WIDTH}" y="${top + 15}" font-size="11.5" text-anchor="end" style="fill:#58626f">${provedAt === null ? 'not proved' : duration((provedAt - enteredAt) / 1000)}</text>`
}

/** What each name server answered for the production URL, over time. */
export function resolverStrips(watch: PropagationWatch): Markup {
  const from = Math.min(watch.swappedAt ?? watch.from, watch.from)
  const x = scale(from, watch.until)
  const row = 30
  const height = AXIS + watch.servers.length * row + 4
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="What each name server answered over time">
${axis(from, watch.until, height)}
${watch.servers.map((server, index) => {
  const top = AXIS + index * row
  return html`<text x="0" y="${top + 12}" font-size="12">${wrapped(server.name, 28, 1)[0] ?? ''}</text>
<text x="0" y="${top + 24}" font-size="9.5" style="fill:#58626f">${wrapped(server.address, 36, 1)[0] ?? ''}</text>
${server.history.map(({ at, answer }, number) => {
  const end = server.history[number + 1]?.at ?? watch.until
  return html`<rect x="${x(at)}" y="${top + 5}" width="${width(x(at), x(end))}" height="16" fill="${FILLS[answer] ?? '#6b7280'}"/>`
})}
<text x="${WIDTH}" y="${top + 17}" font-size="11" text-anchor="end" style="fill:#58626f">${server.history.at(-1)?.answer ?? ''}</text>`
})}
</svg>`
}

/** The rounds of a test: well, or not, over time. */
export function testStrip(run: TestRun): Markup {
  const x = scale(run.startedAt, run.endedAt)
  const height = AXIS + 26
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Rounds of checks over time">
${axis(run.startedAt, run.endedAt, height)}
<text x="0" y="${AXIS + 15}" font-size="12">Rounds of checks</text>
${run.changes.map(({ at, passed }, number) => {
  const end = run.changes[number + 1]?.at ?? run.endedAt
  return html`<rect x="${x(at)}" y="${AXIS + 4}" width="${width(x(at), x(end))}" height="14" fill="${passed ? '#0f7f3d' : '#b3261e'}"/>`
})}
<text x="${WIDTH}" y="${AXIS + 15}" font-size="11" text-anchor="end" style="fill:#58626f">${duration((run.endedAt - run.startedAt) / 1000)}</text>
</svg>`
}

function scale(from: Instant, until: Instant): (at: Instant) => number {
  const span = Math.max(1, until - from)
  return (at) => round(PLOT.left + (Math.min(Math.max(at, from), until) - from) * ((PLOT.right - PLOT.left) / span))
}

/** Never so thin that it cannot be seen. */
function width(from: number, to: number): number {
  return round(Math.max(2, to - from))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

const TICKS = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800]

function axis(from: Instant, until: Instant, height: number): Markup {
  const seconds = (until - from) / 1000
  const step = TICKS.find((tick) => seconds / tick <= 6) ?? Math.ceil(seconds / 6)
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step)
  const x = scale(from, until)
  return html`${ticks.map((tick) => {
    const at = x(from + tick * 1000)
    return html`<path d="M${at} 16V${height}" stroke="#dfe3e9"/><text x="${at}" y="11" font-size="10" text-anchor="middle" style="fill:#58626f">${tick === 0 ? '0' : duration(tick)}</text>`
  })}`
}
