import type { ReleaseView } from '../../electron/contract/models.ts'
import { clockTime } from '../formats.ts'
import { rolesOf } from '../roles.ts'
import './probe-strip.css'

const SHOWN = 80

/** Who answered the last requests to the production URL, oldest to newest; the taller, the slower. */
export function ProbeStrip({ view }: { readonly view: ReleaseView }) {
  const probes = view.probes.slice(-SHOWN)
  const slowest = Math.max(50, ...probes.map(({ milliseconds }) => milliseconds))
  const { toColour } = rolesOf(view)
  const reached = probes.filter(({ answeredBy }) => answeredBy === toColour).length
  return (
    <div>
      <h3 className="title">Fresh requests to the production URL</h3>
      <p className="small muted">
        {probes.length === 0
          ? 'None was made yet.'
          : `${reached} of the last ${probes.length} were answered by ${toColour}. Each one looks the name up anew.`}
      </p>
      {probes.length > 0 && (
        <ol className="probes" aria-label="Answers, oldest first">
          {probes.map(({ at, answeredBy, milliseconds }, index) => (
            <li
              key={`${at} ${index}`}
              data-by={answeredBy}
              title={`${clockTime(at)}: ${answeredBy}, ${Math.round(milliseconds)} ms`}
              style={{ height: `${Math.round(30 + (Math.min(milliseconds, slowest) / slowest) * 70)}%` }}
            />
          ))}
        </ol>
      )}
    </div>
  )
}
