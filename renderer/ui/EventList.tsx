import type { EnvironmentEvent } from '../../electron/contract/models.ts'
import { clockTime, dateTime } from '../formats.ts'
import './event-list.css'

/** Elastic Beanstalk's own events, newest first: told as they come, never read for a decision. */
export function EventList({
  events,
  blueName,
  greenName,
}: {
  readonly events: readonly EnvironmentEvent[]
  readonly blueName: string
  readonly greenName: string
}) {
  const shown = events.toSorted((one, other) => other.at - one.at).slice(0, 100)
  return (
    <section className="panel events" aria-label="Live events">
      <header className="events-head">
        <h3 className="title">Live events</h3>
        <span className="small muted">in Elastic Beanstalk’s words</span>
      </header>
      {shown.length === 0 ? (
        <p className="empty">No events since the release began.</p>
      ) : (
        // A region that scrolls must be reachable by keyboard
        <ol className="events-list" tabIndex={0} aria-label="Events, newest first">
          {shown.map((event, index) => (
            <li key={`${event.at} ${event.message} ${index}`} data-severity={event.severity}>
              <time className="code muted" title={dateTime(event.at)}>
                {clockTime(event.at)}
              </time>
              <span
                className="events-lane"
                data-colour={
                  event.environmentName === blueName ? 'blue' : event.environmentName === greenName ? 'green' : 'none'
                }
                title={event.environmentName ?? 'no environment named'}
              />
              <span className="events-words wrap">
                {isGrave(event.severity) && <strong>{event.severity} </strong>}
                {event.message}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

function isGrave(severity: string): boolean {
  return ['WARN', 'ERROR', 'FATAL'].includes(severity.toUpperCase())
}
