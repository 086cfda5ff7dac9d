import { memo, useMemo } from 'react'
import type { Colour, Instant, ReleaseView } from '../../electron/contract/models.ts'
import type { Swap } from '../../electron/contract/timeline.ts'
import { beforeSwap, placeOn, type Stretch, stretchOf, ticksOf } from '../../electron/contract/timeline-picture.ts'
import { clockTime, day, minuteTime } from '../formats.ts'
import { rolesOf } from '../roles.ts'

/** Room for a label that stands at the edge. */
export const EDGE = 2

/** What all pictures share: the time they show and how wide that is, the swaps in it, and who left whom. */
export interface Frame {
  readonly stretch: Stretch
  readonly width: number
  readonly swaps: readonly Swap[]
  readonly toColour: Colour
  readonly fromColour: Colour
}

/** Another one only once it would look otherwise: time is shown to the pixel. Null where there is nothing to show. */
export function useFrame(view: ReleaseView, now: Instant | null, width: number): Frame | null {
  const { toColour, fromColour } = rolesOf(view)
  const { swaps } = view
  const [first] = swaps ?? []
  const whole = view.timeline ? stretchOf(view.timeline, now) : null
  const exact = whole && first ? { ...whole, from: Math.max(whole.from, beforeSwap(first.at, whole.until)) } : whole
  const pixel = exact ? Math.max(250, (exact.until - exact.from) / width) : 1
  const grain = 250 * 2 ** Math.floor(Math.log2(pixel / 250))
  const from = exact ? Math.floor(exact.from / grain) * grain : null
  const until = exact ? Math.ceil(exact.until / grain) * grain : null
  return useMemo(() => {
    if (from === null || until === null) return null
    const shown = (swaps ?? []).filter(({ at }) => at >= from && at <= until)
    return { stretch: { from, until }, width, swaps: shown, toColour, fromColour }
  }, [from, until, width, swaps, toColour, fromColour])
}

/** The slices that a picture shows. */
export function shownIn<Slice extends Stretch>(stretch: Stretch, slices: readonly Slice[]): readonly Slice[] {
  return slices.filter(({ until }) => until > stretch.from)
}

/** Where a moment lies in a picture, in pixels. */
export function scaleOf({ stretch, width }: Frame): (at: Instant) => number {
  return placeOn(stretch, EDGE, width - EDGE)
}

/** The times, and the swaps by their name. */
export const Axis = memo(function Axis({ frame }: { readonly frame: Frame }) {
  const { stretch, width, swaps } = frame
  const x = scaleOf(frame)
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
          <path className="pictures-swap" d={`M${x(at)} 12v2m0 14v6`} />
          <text className="pictures-swap-word" x={x(at)} y="10" textAnchor={anchor(x(at), width, 32)}>
            {isBack ? 'Swap back' : 'Swap'}
          </text>
        </g>
      ))}
    </svg>
  )
})

function anchor(x: number, width: number, room: number): 'start' | 'middle' | 'end' {
  if (x < room) return 'start'
  return x > width - room ? 'end' : 'middle'
}

/** The lines that go through every picture. */
export function Guides({ frame, height }: { readonly frame: Frame; readonly height: number }) {
  const { stretch, width, swaps } = frame
  const x = scaleOf(frame)
  const ticks = ticksOf(stretch, Math.max(2, Math.floor(width / 76)))
  return (
    <>
      <path className="pictures-grid" d={ticks.at.map((at) => `M${x(at)} 0V${height}`).join('')} />
      {swaps.map(({ at }) => (
        <path key={at} className="pictures-swap" d={`M${x(at)} 0V${height}`} />
      ))}
    </>
  )
}
