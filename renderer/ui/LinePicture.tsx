import { memo } from 'react'
import type { ProbeLine } from '../../electron/contract/timeline.ts'
import {
  ANSWERERS,
  type Answerer,
  bandPath,
  coarser,
  LINE_TITLES,
  roundUp,
  sharesOf,
  stepPath,
  sumOf,
} from '../../electron/contract/timeline-picture.ts'
import { clockTime, milliseconds } from '../formats.ts'
import { testIds } from '../test-ids.ts'
import { EDGE, type Frame, Guides, scaleOf, shownIn } from './picture-frame.tsx'

const STRIP_HEIGHT = 18
const LATENCY_HEIGHT = 32
/** Pixels that a slice takes at least. */
const NARROWEST = 3

/** One way of asking: who answered in each slice of time, first and last marked, and below it how quickly. */
export const LinePicture = memo(function LinePicture(props: {
  readonly frame: Frame
  readonly line: ProbeLine
  readonly lately: string | null
}) {
  const { frame, line, lately } = props
  const { width, stretch, toColour, fromColour } = frame
  const { firstNew, lastOld, kind, host, id } = line
  const slices = coarser(shownIn(stretch, line.slices), (NARROWEST * (stretch.until - stretch.from)) / width)
  const x = scaleOf(frame)
  const height = STRIP_HEIGHT + 6 + LATENCY_HEIGHT
  const sum = sumOf(line)
  const slowest = roundUp(Math.max(1, sum.milliseconds?.most ?? 1))
  const y = (value: number) => Math.round((height - 1 - (value / slowest) * (LATENCY_HEIGHT - 12)) * 10) / 10
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
        {lately !== null && <div className="small muted">{lately}</div>}
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
})

/** Who answered, in a word. */
export const ANSWER_WORDS: Readonly<Record<Answerer, string>> = {
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
