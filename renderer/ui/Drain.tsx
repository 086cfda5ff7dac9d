import type { Instant, Lane } from '../../electron/contract/models.ts'
import { rate } from '../formats.ts'
import { Sparkline } from './Sparkline.tsx'

/** The traffic of the side that was left, until nobody uses it. */
export function Drain({ lane, since }: { readonly lane: Lane; readonly since: Instant | null }) {
  const points = lane.traffic.filter(({ at }) => since === null || at >= since - 60_000)
  const newest = points.at(-1)
  const top = Math.max(0.1, ...points.map(({ requestsPerSecond }) => requestsPerSecond))
  return (
    <div>
      <h3 className="title">Traffic that {lane.colour} still gets</h3>
      <p className="small muted">
        {newest === undefined
          ? `${lane.name} does not report its requests.`
          : `${rate(newest.requestsPerSecond)} requests per second now, ${rate(top)} at the highest. Clients that keep connections open are the last to move.`}
      </p>
      {points.length > 1 && (
        <Sparkline colour={lane.colour} points={points} top={top} label={`Requests per second to ${lane.name}`} />
      )}
    </div>
  )
}
