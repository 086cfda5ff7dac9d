import type { ReleaseView } from '../../electron/contract/models.ts'
import type { Timeline } from '../../electron/contract/timeline.ts'
import { ANSWERERS, LINE_TITLES, linesInOrder, sumOf } from '../../electron/contract/timeline-picture.ts'
import { clockTime, count, milliseconds, rate } from '../formats.ts'
import { rolesOf } from '../roles.ts'

/** The newest slices of what both environments carried; the report has all. */
const SHOWN = 40

/** What the pictures show, in words and numbers: to read, to search, and for whoever sees no pictures. */
export function TimelineTables({ view, timeline }: { readonly view: ReleaseView; readonly timeline: Timeline }) {
  const errors = linesInOrder(timeline).flatMap(({ id, kind, host, slices }) =>
    slices.flatMap(({ from, error, said }) => (error === 0 ? [] : [{ id, kind, host, at: from, error, said }])),
  )
  return (
    <details className="details pictures-tables">
      <summary>The same as tables</summary>
      <Lines view={view} timeline={timeline} />
      {errors.length > 0 && (
        <>
          <h4>Without an answer, newest first</h4>
          <ul className="small pictures-said">
            {errors
              .toSorted((one, next) => next.at - one.at)
              .slice(0, SHOWN)
              .map(({ id, kind, host, at, error, said }) => (
                <li key={`${id} ${at}`} className="wrap">
                  {clockTime(at)}, {LINE_TITLES[kind].toLowerCase()} to {host}: {count(error, 'time')}
                  {said === undefined ? '' : `, ${said}`}
                </li>
              ))}
          </ul>
        </>
      )}
      <Traffic timeline={timeline} />
    </details>
  )
}

function Lines({ view, timeline }: { readonly view: ReleaseView; readonly timeline: Timeline }) {
  const { toColour, fromColour } = rolesOf(view)
  return (
    <table className="small pictures-table">
      <caption className="hidden-text">Who answered, for each way of asking</caption>
      <thead>
        <tr>
          <th scope="col">Asked</th>
          <th scope="col">First {toColour}</th>
          <th scope="col">Last {fromColour}</th>
          <th scope="col">Answers: green, blue, neither, none</th>
          <th scope="col">Median, slowest</th>
        </tr>
      </thead>
      <tbody>
        {linesInOrder(timeline).map((line) => {
          const sum = sumOf(line)
          const { id, kind, host, firstNew, lastOld } = line
          return (
            <tr key={id}>
              <th scope="row" className="wrap">
                {LINE_TITLES[kind]}
                <div className="muted">{host}</div>
              </th>
              <td>{firstNew === null ? 'none' : clockTime(firstNew)}</td>
              <td>{lastOld === null ? 'none' : clockTime(lastOld)}</td>
              <td>{ANSWERERS.map((by) => sum[by]).join(', ')}</td>
              <td>
                {sum.milliseconds === null
                  ? 'none'
                  : `${milliseconds(sum.milliseconds.median)}, ${milliseconds(sum.milliseconds.most)}`}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Traffic({ timeline: { traffic } }: { readonly timeline: Timeline }) {
  if (traffic.length === 0) return null
  const said = (value: number | null) => (value === null ? 'not reported' : rate(value))
  return (
    <table className="small pictures-table">
      <caption>Requests per second, newest first</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">Until</th>
          <th scope="col">Blue</th>
          <th scope="col">Green</th>
        </tr>
      </thead>
      <tbody>
        {traffic
          .slice(-SHOWN)
          .toReversed()
          .map(({ from, until, blue, green }) => (
            <tr key={from}>
              <td>{clockTime(from)}</td>
              <td>{clockTime(until)}</td>
              <td>{said(blue)}</td>
              <td>{said(green)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}
