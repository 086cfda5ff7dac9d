import type { Colour, Instant } from '../../electron/contract/models.ts'
import { rate } from '../formats.ts'
import './sparkline.css'

const WIDTH = 200
const HEIGHT = 40

/** Requests per second over time, drawn against a top that its neighbours share. */
export function Sparkline(props: {
  readonly colour: Colour
  readonly points: readonly { readonly at: Instant; readonly requestsPerSecond: number }[]
  readonly top: number
  readonly label: string
}) {
  const { colour, points, top, label } = props
  const newest = points.at(-1)
  const drawn = linePath(points, top)
  return (
    <svg
      className="sparkline"
      data-colour={colour}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={newest === undefined ? `${label}: no reading yet` : `${label}: ${rate(newest.requestsPerSecond)} now`}
    >
      <path className="sparkline-base" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      {drawn !== null && <path className="sparkline-area" d={`${drawn}V${HEIGHT}H0Z`} />}
      {drawn !== null && <path className="sparkline-line" d={drawn} />}
    </svg>
  )
}

/** The line as an SVG path; null where there are not two readings to draw a line between. */
export function linePath(
  points: readonly { readonly at: Instant; readonly requestsPerSecond: number }[],
  top: number,
): string | null {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || last.at <= first.at) return null
  const [span, height] = [last.at - first.at, HEIGHT - 4]
  const parts = points.map(({ at, requestsPerSecond }) => {
    const x = ((at - first.at) / span) * WIDTH
    const y = 2 + height - (Math.min(requestsPerSecond, top) / top) * height
    return `${x.toFixed(1)} ${y.toFixed(1)}`
  })
  return `M${parts.join('L')}`
}
