import type { ReleaseView } from '../../electron/contract/models.ts'
import { rate } from '../formats.ts'
import { rolesOf } from '../roles.ts'
import { testIds } from '../test-ids.ts'

/** Whether the side that was left still gets traffic, how that goes, and what can be done about the rest. */
export function Drain({ view }: { readonly view: ReleaseView }) {
  const { from, fromColour } = rolesOf(view)
  const { drain } = view
  const newest = from.traffic.at(-1)
  return (
    <section
      className="panel watch stack-tight"
      aria-label="Traffic of the side that was left"
      data-testid={testIds.drain}
    >
      <h3 className="title">Traffic that {fromColour} still gets</h3>
      <p className="lead wrap">
        {from.gone
          ? `${from.name} is gone: it serves nobody.`
          : newest === undefined
            ? `${from.name} does not report its requests.`
            : `${rate(newest.requestsPerSecond)} requests per second now. `}
        {!from.gone && drain && drain.words}
        {!from.gone && newest && !drain && 'How it goes can be said after some readings.'}
      </p>
      {drain?.advice && !from.gone && (
        <p className="drain-advice wrap">
          <strong>What to do: </strong>
          {drain.advice}
        </p>
      )}
    </section>
  )
}
