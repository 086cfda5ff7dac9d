import { useState } from 'react'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { ANSWERERS, linesInOrder } from '../../electron/contract/timeline-picture.ts'
import { useAccountNow } from '../clock.ts'
import { rolesOf } from '../roles.ts'
import { testIds } from '../test-ids.ts'
import { ANSWER_WORDS, LinePicture } from './LinePicture.tsx'
import { Axis, useFrame } from './picture-frame.tsx'
import { TimelineTables } from './TimelineTables.tsx'
import { TrafficPicture } from './TrafficPicture.tsx'
import { useWidth } from './use-width.ts'
import './timeline-pictures.css'

const LATELY = 80

/** Who answered at the production URL and how quickly, and whom both environments carried, over one time axis. */
export function TimelinePictures({ view }: { readonly view: ReleaseView }) {
  const now = useAccountNow()
  const [plot, width] = useWidth<HTMLDivElement>(420)
  const { timeline, release } = view
  const frame = useFrame(view, release.endedAt === null ? now : null, width)
  return (
    <section className="panel pictures" aria-label="Traffic and requests over time" data-testid={testIds.pictures}>
      <header className="pictures-head">
        <h3 className="title">Traffic and requests over time</h3>
        {frame && <Legend />}
      </header>
      {!timeline || !frame ? (
        <p className="empty">Nothing was asked yet. The pictures begin right before the swap.</p>
      ) : (
        <>
          <Patterns />
          <div className="pictures-row" aria-hidden="true">
            <span />
            <div ref={plot}>
              <Axis frame={frame} />
            </div>
          </div>
          <TrafficPicture frame={frame} traffic={timeline.traffic} floor={view.drain?.floor ?? null} />
          {linesInOrder(timeline).map((line) => (
            <LinePicture
              key={line.id}
              frame={frame}
              line={line}
              lately={line.kind === 'fresh' ? latelyOf(view) : null}
            />
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

/** How the last requests of a new visitor ended; each one looks the name up anew. */
function latelyOf(view: ReleaseView): string | null {
  const { toColour } = rolesOf(view)
  const probes = view.probes.slice(-LATELY)
  const reached = probes.filter(({ answeredBy }) => answeredBy === toColour).length
  return probes.length === 0 ? null : `${reached} of the last ${probes.length} by ${toColour}`
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
