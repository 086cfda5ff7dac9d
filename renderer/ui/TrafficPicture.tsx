import { memo } from 'react'
import type { Colour } from '../../electron/contract/models.ts'
import type { Timeline } from '../../electron/contract/timeline.ts'
import { bandPath, scaleOver, stepPath } from '../../electron/contract/timeline-picture.ts'
import { rate } from '../formats.ts'
import { EDGE, type Frame, Guides, scaleOf, shownIn } from './picture-frame.tsx'

const HEIGHT = 104

/** What both environments carried, as two curves that cross over; `floor`: at or under it the side that was left is idle. */
export const TrafficPicture = memo(function TrafficPicture(props: {
  readonly frame: Frame
  readonly traffic: Timeline['traffic']
  readonly floor: number | null
}) {
  const { frame, floor } = props
  const { width, stretch, fromColour } = frame
  const traffic = shownIn(stretch, props.traffic)
  const x = scaleOf(frame)
  const values = traffic.flatMap(({ blue, green }) => [blue, green].filter((value) => value !== null))
  const { top, highest } = scaleOver(values, (floor ?? 0) * 1.5)
  const y = (value: number) => Math.round((HEIGHT - 1 - (Math.min(value, top) / top) * (HEIGHT - 14)) * 10) / 10
  const newest = traffic.at(-1)
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
        {floor !== null && (
          <div className="small pictures-idle">
            dotted: {fromColour} is idle at {floor < 0.1 ? floor.toFixed(2) : rate(floor)}/s
          </div>
        )}
      </div>
      {traffic.length === 0 ? (
        <p className="small muted">Not reported yet.</p>
      ) : (
        <svg width={width} height={HEIGHT} role="img" aria-label={`Requests per second: ${words.join(', ')} now`}>
          <Guides frame={frame} height={HEIGHT} />
          {(['blue', 'green'] as const).map((colour) => (
            <g key={colour} className="pictures-traffic" data-colour={colour}>
              <path className="pictures-area" d={bandPath(levels(colour), x, y)} />
              <path className="pictures-line" d={stepPath(levels(colour), x, y)} />
            </g>
          ))}
          <path className="pictures-base" d={`M0 ${HEIGHT - 0.5}H${width}`} />
          {floor !== null && <path className="pictures-floor" d={`M0 ${y(floor)}H${width}`} />}
          <text x={EDGE + 2} y="11">
            {rate(top)}/s{highest !== null && `, above it up to ${rate(highest)}/s`}
          </text>
        </svg>
      )}
    </div>
  )
})
