import { useState } from 'react'
import type { Colour, Instant, ReleaseView, Swap } from '../../electron/contract/models.ts'
import type { ProbeLine, Timeline } from '../../electron/contract/timeline.ts'
import {
  ANSWERERS,
  type Answerer,
  bandPath,
  LINE_TITLES,
  linesInOrder,
  placeOn,
  roundUp,
  type Stretch,
  sharesOf,
  stepPath,
  stretchOf,
  sumOf,
  ticksOf,
} from '../../electron/contract/timeline-picture.ts'
import { useAccountNow } from '../clock.ts'
import { clockTime, day, milliseconds, minuteTime, rate } from '../formats.ts'
import { rolesOf } from '../roles.ts'
import { testIds } from '../test-ids.ts'
import { TimelineTables } from './TimelineTables.tsx'
import { useWidth } from './use-width.ts'
import './timeline-pictures.css'

const TRAFFIC_HEIGHT = 104
const STRIP_HEIGHT = 18
const LATENCY_HEIGHT = 26
const LATELY = 80
/** Room for a label that stands at the edge. */
const EDGE = 2

/** Who answered at the production URL and how quickly, and whom both environments carried, over one time axis. */
export function TimelinePictures({ view }: { readonly view: ReleaseView }) {
  const now = useAccountNow()
  const [plot, width] = useWidth<HTMLDivElement>(420)
  const { timeline, release } = view
  const stretch = timeline ? stretchOf(timeline, release.endedAt === null ? now : null) : null
  return (
    <section className="panel pictures" aria-label="Traffic and requests over time" data-testid={testIds.pictures}>
      <header className="pictures-head">
        <h3 className="title">Traffic and requests over time</h3>
        {stretch && <Legend />}
      </header>
      {!timeline || !stretch ? (
        <p className="empty">Nothing was asked yet. The pictures begin right before the swap.</p>
      ) : (
        <>
          <Patterns />
          <div className="pictures-row" aria-hidden="true">
            <span />
            <div ref={plot}>
              <Axis frame={{ view, stretch, width }} />
            </div>
          </div>
          <Traffic frame={{ view, stretch, width }} timeline={timeline} />
          {linesInOrder(timeline).map((line) => (
            <LineRow key={line.id} frame={{ view, stretch, width }} line={line} />
          ))}
          <TimelineTables view={view} timeline={timeline} />
        </>
      )}
    </section>
  )
}

/** The pictures where something else comes first: drawn once they are asked for. */
export function FoldedPictures({ view }: { readonly view: ReleaseView }) {
  const [open, setOpen] = useState(false)
  if (!view.timeline) return null
  return (
    <details className="details" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary data-testid={testIds.showPictures}>Traffic and requests over time</summary>
      {open && <TimelinePictures view={view} />}
    </details>
  )
}

/** What all pictures share: the time they show, and how wide that is. */
interface Frame {
  readonly view: ReleaseView
  readonly stretch: Stretch
  readonly width: number
}

function scaleOf({ stretch, width }: Frame): (at: Instant) => number {
  return placeOn(stretch, EDGE, width - EDGE)
}

function shownSwaps({ view, stretch }: Frame): readonly Swap[] {
  return (view.swaps ?? []).filter(({ at }) => at >= stretch.from && at <= stretch.until)
}

function Axis({ frame }: { readonly frame: Frame }) {
  const { stretch, width } = frame
  const x = scaleOf(frame)
  const swaps = shownSwaps(frame)
  const ticks = ticksOf(stretch, Math.max(2, Math.floor(width / 76)))
  const say = ticks.seconds < 60 ? clockTime : ticks.seconds < 86_400 ? minuteTime : day
  return (
    <svg className="pictures-axis" width={width} height={34}>
      <title>Time</title>
      {ticks.at.map((at) => (
        <g key={at}>
          <path className="pictures-tick" d={`M${x(at)} 28V34`} />
          <text x={x(at)} y="25" textAnchor={anchor(x(at), width, 26)}>
            {say(at)}
          </text>
        </g>
      ))}
      {swaps.map(({ at, isBack }) => (
        <g key={at}>
          <path className="pictures-swap" d={`M${x(at)} 12V34`} />
          <text className="pictures-swap-word" x={x(at)} y="10" textAnchor={anchor(x(at), width, 32)}>
            {isBack ? 'Swap back' : 'Swap'}
          </text>
        </g>
      ))}
    </svg>
  )
}

function anchor(x: number, width: number, room: number): 'start' | 'middle' | 'end' {
  if (x < room) return 'start'
  return x > width - room ? 'end' : 'middle'
}

/** The lines that go through every picture. */
function Guides({ frame, height }: { readonly frame: Frame; readonly height: number }) {
  const { stretch, width } = frame
  const x = scaleOf(frame)
  const ticks = ticksOf(stretch, Math.max(2, Math.floor(width / 76)))
  return (
    <>
      <path className="pictures-grid" d={ticks.at.map((at) => `M${x(at)} 0V${height}`).join('')} />
      {shownSwaps(frame).map(({ at }) => (
        <path key={at} className="pictures-swap" d={`M${x(at)} 0V${height}`} />
      ))}
    </>
  )
}

function Traffic({ frame, timeline }: { readonly frame: Frame; readonly timeline: Timeline }) {
  const { view, width } = frame
  const { traffic } = timeline
  const floor = view.drain?.floor ?? null
  const x = scaleOf(frame)
  const most = traffic.reduce((top, { blue, green }) => Math.max(top, blue ?? 0, green ?? 0), (floor ?? 0) * 1.5)
  const top = roundUp(most)
  const y = (value: number) => Math.round((TRAFFIC_HEIGHT - 1 - (value / top) * (TRAFFIC_HEIGHT - 14)) * 10) / 10
  const newest = traffic.at(-1)
  const { fromColour } = rolesOf(view)
  const levels = (colour: Colour) =>
    traffic.map(({ from, until, [colour]: value }) => ({ from, until, value, base: 0 }))
  const words = (['blue', 'green'] as const).map((colour) => {
    const value = newest?.[colour] ?? null
    return `${colour} ${value === null ? 'is not reported' : `${rate(value)}/s`}`
  })
  return (
    <div className="pictures-row">
      <div className="pictures-what">
        <strong>Traffic</strong>
        <div className="small muted">Requests per second, by Elastic Beanstalk</div>
        {newest && <div className="small pictures-now">{words.join(', ')}</div>}
      </div>
      {traffic.length === 0 ? (
        <p className="small muted">Not reported yet.</p>
      ) : (
        <svg
          width={width}
          height={TRAFFIC_HEIGHT}
          role="img"
          aria-label={`Requests per second: ${words.join(', ')} now`}
        >
          <Guides frame={frame} height={TRAFFIC_HEIGHT} />
          {(['blue', 'green'] as const).map((colour) => (
            <g key={colour} className="pictures-traffic" data-colour={colour}>
              <path className="pictures-area" d={bandPath(levels(colour), x, y)} />
              <path className="pictures-line" d={stepPath(levels(colour), x, y)} />
            </g>
          ))}
          <path className="pictures-base" d={`M0 ${TRAFFIC_HEIGHT - 0.5}H${width}`} />
          {floor !== null && (
            <>
              <path className="pictures-floor" d={`M0 ${y(floor)}H${width}`} />
              <text x={width - EDGE} y={y(floor) - 4} textAnchor="end">
                idle: {fromColour} at {floor < 0.1 ? floor.toFixed(2) : rate(floor)}/s or less
              </text>
            </>
          )}
          <text x={EDGE + 2} y="11">
            {rate(top)}/s
          </text>
        </svg>
      )}
    </div>
  )
}

function LineRow({ frame, line }: { readonly frame: Frame; readonly line: ProbeLine }) {
  const { view, width } = frame
  const { toColour, fromColour } = rolesOf(view)
  const { slices, firstNew, lastOld, kind, host, id } = line
  const x = scaleOf(frame)
  const height = STRIP_HEIGHT + 6 + LATENCY_HEIGHT
  const sum = sumOf(line)
  const slowest = roundUp(Math.max(1, sum.milliseconds?.most ?? 1))
  const y = (value: number) => Math.round((height - 1 - (value / slowest) * (LATENCY_HEIGHT - 2)) * 10) / 10
  const medians = slices.map(({ from, until, milliseconds: each }) => ({ from, until, value: each?.median ?? null }))
  const worst = slices.map(({ from, until, milliseconds: each }) => ({
    from,
    until,
    value: each?.most ?? null,
    base: each?.median ?? null,
  }))
  const marks = [
    ...(firstNew === null ? [] : [{ at: firstNew, by: toColour, words: `first ${toColour}` }]),
    ...(lastOld === null ? [] : [{ at: lastOld, by: fromColour, words: `last ${fromColour}` }]),
  ]
  return (
    <div className="pictures-row" data-testid={testIds.line(id)} data-kind={kind}>
      <div className="pictures-what">
        <strong>{LINE_TITLES[kind]}</strong>
        <div className="code muted cut" title={host}>
          {host}
        </div>
        {kind === 'fresh' && <Lately view={view} />}
        {marks.map(({ at, by, words }) => (
          <div key={words} className="small pictures-mark-words" data-by={by}>
            {words} {clockTime(at)}
          </div>
        ))}
        {sum.error > 0 && <div className="small pictures-errors">{sum.error} without an answer</div>}
      </div>
      {slices.length === 0 ? (
        <p className="small muted">Not asked yet.</p>
      ) : (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${LINE_TITLES[kind]} to ${host}: ${answersInWords(sum)}`}
        >
          <Guides frame={frame} height={height} />
          {slices.map((slice) => {
            const [left, right] = [x(slice.from), x(slice.until)]
            return (
              <g key={slice.from}>
                <title>{sliceInWords(slice)}</title>
                {sharesOf(slice).map(({ by, from, to }) => (
                  <rect
                    key={by}
                    className="pictures-share"
                    data-by={by}
                    x={left}
                    y={STRIP_HEIGHT * (1 - to)}
                    width={Math.max(1.5, right - left)}
                    height={STRIP_HEIGHT * (to - from)}
                  />
                ))}
              </g>
            )
          })}
          {marks.map(({ at, by, words }) => (
            <path key={words} className="pictures-mark" data-by={by} d={`M${x(at)} ${STRIP_HEIGHT - 2}l4.5 7h-9Z`}>
              <title>
                {words} {clockTime(at)}
              </title>
            </path>
          ))}
          <path className="pictures-worst" d={bandPath(worst, x, y)} />
          <path className="pictures-median" d={stepPath(medians, x, y)} />
          <path className="pictures-base" d={`M0 ${height - 0.5}H${width}`} />
          {sum.milliseconds && (
            <text x={EDGE + 2} y={height - LATENCY_HEIGHT + 9}>
              {milliseconds(slowest)}
            </text>
          )}
        </svg>
      )}
    </div>
  )
}

/** How the last requests of a new visitor ended; each one looks the name up anew. */
function Lately({ view }: { readonly view: ReleaseView }) {
  const { toColour } = rolesOf(view)
  const probes = view.probes.slice(-LATELY)
  if (probes.length === 0) return null
  const reached = probes.filter(({ answeredBy }) => answeredBy === toColour).length
  return (
    <div className="small muted">
      {reached} of the last {probes.length} by {toColour}
    </div>
  )
}

/** One pattern for each side: colour alone would tell some people nothing. */
function Patterns() {
  return (
    <svg className="hidden-text" aria-hidden="true">
      <pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="pictures-ground" data-by="blue" width="5" height="5" />
        <path className="pictures-hatch" d="M0 0V5" />
      </pattern>
      <pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">
        <rect className="pictures-ground" data-by="other" width="5" height="5" />
        <circle className="pictures-dot" cx="2.5" cy="2.5" r="1.1" />
      </pattern>
      <pattern id="crosses" width="5" height="5" patternUnits="userSpaceOnUse">
        <rect className="pictures-ground" data-by="error" width="5" height="5" />
        <path className="pictures-hatch" d="M0 0 5 5M5 0 0 5" />
      </pattern>
    </svg>
  )
}

function Legend() {
  return (
    <p className="pictures-legend small muted" aria-hidden="true">
      {ANSWERERS.map((by) => (
        <span key={by}>
          <svg width="16" height="12">
            <rect className="pictures-share" data-by={by} width="16" height="12" rx="2" />
          </svg>
          {ANSWER_WORDS[by]}
        </span>
      ))}
      <span>
        <svg width="16" height="12">
          <path className="pictures-worst" d="M0 2H16V8H0Z" />
          <path className="pictures-median" d="M0 8H16" />
        </svg>
        time: median, slowest
      </span>
    </p>
  )
}

const ANSWER_WORDS: Readonly<Record<Answerer, string>> = {
  blue: 'blue',
  green: 'green',
  other: 'neither',
  error: 'no answer',
}

function answersInWords(sum: Readonly<Record<Answerer, number>>): string {
  const there = ANSWERERS.filter((by) => sum[by] > 0)
  return there.length === 0 ? 'none yet' : there.map((by) => `${sum[by]} ${ANSWER_WORDS[by]}`).join(', ')
}

function sliceInWords(slice: ProbeLine['slices'][number]): string {
  const { from, until, milliseconds: times, said } = slice
  const time = times ? `; ${milliseconds(times.median)}, ${milliseconds(times.most)} at most` : ''
  return `${clockTime(from)} to ${clockTime(until)}: ${answersInWords(slice)}${time}${said === undefined ? '' : `; ${said}`}`
}
