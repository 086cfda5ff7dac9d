import type { InstanceHealth } from '../../electron/contract/models.ts'
import './tones.css'

export type Tone = 'good' | 'busy' | 'warning' | 'bad' | 'unknown'

/** Elastic Beanstalk's health words by how they are drawn; a word AWS adds later falls back on its colour (AWS: health colors and statuses). */
export function healthTone(status: string, color: string): Tone {
  switch (status.toLowerCase()) {
    case 'ok':
    case 'green':
      return 'good'
    case 'info':
      return 'busy'
    case 'warning':
    case 'yellow':
      return 'warning'
    case 'degraded':
    case 'severe':
    case 'red':
      return 'bad'
    case 'pending':
    case 'unknown':
    case 'nodata':
    case 'no data':
    case 'suspended':
    case 'grey':
      return 'unknown'
    default:
      return color === '' || color.toLowerCase() === status.toLowerCase() ? 'unknown' : healthTone(color, '')
  }
}

const SHOWN = 12

/** One square per instance, coloured by its health. */
export function InstanceDots({ instances }: { readonly instances: readonly InstanceHealth[] }) {
  if (instances.length === 0) return <span className="small muted">none</span>
  const more = instances.length - SHOWN
  return (
    <ul className="dots" aria-label="Instances">
      {instances.slice(0, SHOWN).map((each) => (
        <li
          key={each.id}
          className="dot"
          data-tone={healthTone(each.status, '')}
          title={`${each.id}: ${[each.status, each.versionLabel ?? 'no version', ...each.causes].join(', ')}`}
        >
          <span className="hidden-text">
            {each.id} {each.status}
          </span>
        </li>
      ))}
      {more > 0 && <li className="small muted">+{more}</li>}
    </ul>
  )
}
