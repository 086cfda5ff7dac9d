import type { Instant, NotBefore, ReleaseView, ResolverView } from '../../electron/contract/models.ts'
import { useAccountNow } from '../clock.ts'
import { clockTime, duration } from '../formats.ts'
import { rolesOf } from '../roles.ts'
import { testIds } from '../test-ids.ts'
import { spansOf } from '../timeline.ts'
import { TickIcon } from './icons.tsx'
import './resolvers.css'

/** Every name server of the panel: what it answers over time, how long it may still remember, and whether it is confirmed. */
export function Resolvers({ view, since }: { readonly view: ReleaseView; readonly since: Instant | null }) {
  const now = useAccountNow()
  const { clock } = view
  const resolvers = view.resolvers.filter(({ role }) => role !== 'system')
  const system = view.resolvers.find(({ role }) => role === 'system')
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
      {view.notBefore && <Forecast notBefore={view.notBefore} now={now} />}
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
      {system && (
        <p className="resolvers-system small">
          <strong>{system.name}:</strong> {WORDS[system.answer].toLowerCase()}.{' '}
          <span className="muted">{system.note}</span>
        </p>
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
  const { name, address, answer, addresses, confirmed, note, history, overruns = false } = resolver
  const left = leftOf(resolver, now, snapshotAt)
  return (
    <li className="resolver" data-answer={answer} data-confirmed={confirmed} data-overruns={overruns}>
      <div className="resolver-name">
        <div className="cut" title={name}>
          <strong>{name}</strong>
        </div>
        <div className="code muted cut" title={address}>
          {address}
        </div>
      </div>
      <div
        className="resolver-strip"
        role="img"
        aria-label={`Answers so far: ${history.map((each) => each.answer).join(', then ') || 'none'}`}
      >
        {spansOf(history, start, now).map((span) => (
          <span
            key={`${span.from} ${span.answer}`}
            data-answer={span.answer}
            title={span.answer}
            style={{ left: `${span.from * 100}%`, width: `${span.width * 100}%` }}
          />
        ))}
      </div>
      <div className="resolver-now">
        <div title={addresses.join('\n')}>
          <strong>{WORDS[answer]}</strong>
          {left !== null && answer !== wanted && (
            <span className="muted"> · {left === 0 ? 'forgets any moment now' : `forgets in ${duration(left)}`}</span>
          )}
          {overruns && <span className="resolver-overruns"> · past its TTL</span>}
        </div>
        {left !== null && left > 0 && answer !== wanted && <Countdown left={left} whole={wholeOf(resolver, start)} />}
        <div className="small muted wrap">{note}</div>
      </div>
      <span className="resolver-mark" title={confirmed ? 'Confirmed' : 'Not confirmed yet'}>
        {confirmed && <TickIcon />}
        <span className="hidden-text">{confirmed ? 'Confirmed' : 'Not confirmed yet'}</span>
      </span>
    </li>
  )
}

/** Counts down to one fixed moment; what a resolver claims anew with every answer would begin again and again. */
function leftOf({ forgetsAt, ttlSecondsLeft }: ResolverView, now: Instant, snapshotAt: Instant): number | null {
  if (forgetsAt !== undefined) return forgetsAt === null ? null : Math.max(0, Math.round((forgetsAt - now) / 1000))
  return ttlSecondsLeft === null ? null : Math.max(0, ttlSecondsLeft - (now - snapshotAt) / 1000)
}

/** Seconds that a resolver had left when it was first watched. */
function wholeOf({ forgetsAt, ttlSecondsLeft }: ResolverView, start: Instant): number {
  return forgetsAt === undefined || forgetsAt === null ? (ttlSecondsLeft ?? 0) : (forgetsAt - start) / 1000
}

/** What is left of a TTL, as a bar that shrinks; the words beside it say the same. */
function Countdown({ left, whole }: { readonly left: number; readonly whole: number }) {
  const part = whole > 0 ? Math.min(1, left / whole) : 0
  return (
    <div className="resolver-countdown" data-left={Math.round(part * 100)} aria-hidden="true">
      <span style={{ width: `${part * 100}%` }} />
    </div>
  )
}

/** The earliest moment at which the old environment can be given up, and what stands in the way longest. */
function Forecast({ notBefore, now }: { readonly notBefore: NotBefore; readonly now: Instant }) {
  const { at, because, unsettled } = notBefore
  return (
    <p className="resolvers-forecast small" data-testid={testIds.notBefore}>
      {at > now && (
        <>
          <strong>Not before {clockTime(at)}</strong> (in {duration((at - now) / 1000)}): {because}.{' '}
        </>
      )}
      {unsettled.length > 0 && <>Nobody can say when {listed(unsettled)} will follow: it may be later.</>}
      {at <= now && unsettled.length === 0 && 'Nothing more is waited for.'}
    </p>
  )
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
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
