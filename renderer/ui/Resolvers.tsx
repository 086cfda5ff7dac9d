import type { Instant, ReleaseView, ResolverView } from '../../electron/contract/models.ts'
import { useAccountNow } from '../clock.ts'
import { duration } from '../formats.ts'
import { rolesOf } from '../roles.ts'
import { spansOf } from '../timeline.ts'
import { TickIcon } from './icons.tsx'
import './resolvers.css'

/** Every name server of the panel: what it answers over time, how long it may still remember, and whether it is confirmed. */
export function Resolvers({ view, since }: { readonly view: ReleaseView; readonly since: Instant | null }) {
  const now = useAccountNow()
  const { resolvers, clock } = view
  const start = Math.min(since ?? now, ...resolvers.flatMap(({ history }) => history.slice(0, 1).map(({ at }) => at)))
  const confirmed = resolvers.filter((each) => each.confirmed).length
  return (
    <section className="panel" aria-label="Name servers">
      <header className="resolvers-head">
        <h3 className="title">What name servers answer for {view.release.productionCname}</h3>
        <span className="small muted">
          {confirmed} of {resolvers.length} confirmed
        </span>
      </header>
      {resolvers.length === 0 ? (
        <p className="empty">No name server has answered yet.</p>
      ) : (
        <ul className="resolvers">
          {resolvers.map((resolver) => (
            <Row
              key={`${resolver.name} ${resolver.address}`}
              resolver={resolver}
              start={start}
              now={now}
              snapshotAt={clock.at}
              wanted={rolesOf(view).toColour}
            />
          ))}
        </ul>
      )}
      <p className="resolvers-legend small muted" aria-hidden="true">
        <Key answer="blue" /> blue <Key answer="green" /> green <Key answer="mixed" /> both <Key answer="foreign" />{' '}
        neither <Key answer="silent" /> no answer
      </p>
    </section>
  )
}

function Row(props: {
  readonly resolver: ResolverView
  readonly start: Instant
  readonly now: Instant
  readonly snapshotAt: Instant
  readonly wanted: string
}) {
  const { resolver, start, now, snapshotAt, wanted } = props
  const { name, address, answer, addresses, ttlSecondsLeft, confirmed, note, history } = resolver
  const left = ttlSecondsLeft === null ? null : Math.max(0, ttlSecondsLeft - (now - snapshotAt) / 1000)
  return (
    <li className="resolver" data-answer={answer} data-confirmed={confirmed}>
      <div className="resolver-name">
        <div className="cut" title={name}>
          <strong>{name}</strong>
        </div>
        <div className="code muted cut" title={address}>
          {address}
        </div>
      </div>
      <svg
        className="resolver-strip"
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        role="img"
        aria-label={`Answers so far: ${history.map((each) => each.answer).join(', then ') || 'none'}`}
      >
        {spansOf(history, start, now).map((span) => (
          <rect
            key={`${span.from} ${span.answer}`}
            data-answer={span.answer}
            x={span.from * 100}
            y="0"
            width={span.width * 100}
            height="10"
          />
        ))}
      </svg>
      <div className="resolver-now">
        <div title={addresses.join('\n')}>
          <strong>{WORDS[answer]}</strong>
          {left !== null && answer !== wanted && <span className="muted"> · forgets in {duration(left)}</span>}
        </div>
        <div className="small muted wrap">{note}</div>
      </div>
      <span className="resolver-mark" title={confirmed ? 'Confirmed' : 'Not confirmed yet'}>
        {confirmed && <TickIcon />}
        <span className="hidden-text">{confirmed ? 'Confirmed' : 'Not confirmed yet'}</span>
      </span>
    </li>
  )
}

const WORDS: Readonly<Record<ResolverView['answer'], string>> = {
  blue: 'Blue',
  green: 'Green',
  mixed: 'Blue and green',
  foreign: 'Neither of the two',
  silent: 'No answer',
  error: 'Error',
}

function Key({ answer }: { readonly answer: string }) {
  return <span className="resolver-key" data-answer={answer} />
}
