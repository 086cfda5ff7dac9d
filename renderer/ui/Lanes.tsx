import type { Colour, Lane, ReleaseView } from '../../electron/contract/models.ts'
import { count, rate } from '../formats.ts'
import { testIds } from '../test-ids.ts'
import { Cname } from './Cname.tsx'
import { healthTone, InstanceDots } from './InstanceDots.tsx'
import { GlobeIcon, PeopleIcon } from './icons.tsx'
import { Sparkline } from './Sparkline.tsx'
import './lanes.css'

/** Blue and green side by side on every step, and which of them holds the production URL: the plate moves when it is swapped. */
export function Lanes({ view }: { readonly view: ReleaseView }) {
  const { blue, green } = view.lanes
  const holder = holderOf(view)
  const other = holder === 'blue' ? green : blue
  const busiest = Math.max(0.1, ...[...blue.traffic, ...green.traffic].map((each) => each.requestsPerSecond))
  return (
    <section className="lanes" aria-label="Blue and green" data-holder={holder ?? 'unknown'}>
      <Route holder={holder} />
      <LaneRow lane={blue} busiest={busiest} absent={absent(view, 'blue')} />
      <LaneRow lane={green} busiest={busiest} absent={absent(view, 'green')} />
      <div className="lanes-addresses" aria-hidden="true">
        <div
          className="plate"
          data-row={holder ?? 'between'}
          data-long={isLong(view.release.productionCname)}
          data-testid={testIds.productionPlate}
          title={view.release.productionCname}
        >
          <GlobeIcon />
          <span className="plate-words">
            <span className="plate-caption">Production URL</span>
            <span className="plate-cname">
              <Cname name={view.release.productionCname} />
            </span>
          </span>
        </div>
        {holder !== null && (
          <div
            className="pill"
            data-row={holder === 'blue' ? 'green' : 'blue'}
            data-long={isLong(ownAddress(other, view))}
            title={other.environment?.cname ?? undefined}
          >
            <span className="pill-caption">
              {other.gone ? 'No URL' : other.environment === null ? 'Its own URL, once it is made' : 'Its own URL'}
            </span>
            <span className="pill-cname">
              <Cname name={ownAddress(other, view)} />
            </span>
          </div>
        )}
      </div>
      <p className="hidden-text" aria-live="polite">
        {holder === null
          ? `Which environment holds the production URL ${view.release.productionCname} is not known now.`
          : `The production URL ${view.release.productionCname} is held by ${holder}, ${view.lanes[holder].name}.`}
      </p>
    </section>
  )
}

function absent({ release }: ReleaseView, colour: Colour): string {
  if (release.outcome !== null) return 'The release has ended: this environment is not read any more.'
  return colour === 'green' && release.green.id === null
    ? `It will be made as ${release.green.name}.`
    : 'AWS has not answered for it yet.'
}

function isLong(cname: string): boolean {
  return cname.length > 64
}

function holderOf({ lanes }: ReleaseView): Colour | null {
  if (lanes.blue.holdsProduction === lanes.green.holdsProduction) return null
  return lanes.blue.holdsProduction ? 'blue' : 'green'
}

function ownAddress(lane: Lane, view: ReleaseView): string {
  if (lane.gone) return 'terminated'
  if (lane.environment?.cname) return lane.environment.cname
  return lane.colour === 'green' ? view.release.green.cnamePrefix : 'not known yet'
}

function Route({ holder }: { readonly holder: Colour | null }) {
  return (
    <div className="route" aria-hidden="true">
      <svg viewBox="0 0 96 172" preserveAspectRatio="none">
        <path className="route-line" data-colour="blue" data-live={holder === 'blue'} d="M34 86 C66 86 56 41 96 41" />
        <path
          className="route-line"
          data-colour="green"
          data-live={holder === 'green'}
          d="M34 86 C66 86 56 131 96 131"
        />
        <path className="route-flow" data-live={holder === 'blue'} d="M34 86 C66 86 56 41 96 41" />
        <path className="route-flow" data-live={holder === 'green'} d="M34 86 C66 86 56 131 96 131" />
      </svg>
      <span className="route-users">
        <PeopleIcon />
        Users
      </span>
    </div>
  )
}

function LaneRow({
  lane,
  busiest,
  absent,
}: {
  readonly lane: Lane
  readonly busiest: number
  readonly absent: string
}) {
  const { colour, environment, gone } = lane
  const state = gone ? 'gone' : environment === null ? 'unborn' : 'there'
  return (
    <article
      className="lane"
      data-testid={testIds.lane(colour)}
      data-colour={colour}
      data-production={lane.holdsProduction}
      data-state={state}
    >
      <div className="lane-who">
        <div className="row lane-tags">
          <span className="lane-colour">{colour}</span>
          {lane.holdsProduction && <span className="lane-live">Live</span>}
        </div>
        <div className="lane-name wrap" data-long={lane.name.length > 20} title={lane.name}>
          {lane.name}
        </div>
        {environment && <div className="code muted cut">{environment.id}</div>}
      </div>
      <div className="lane-address">
        <span className="hidden-text">
          {lane.holdsProduction ? 'Holds the production URL. ' : ''}
          {environment?.cname ? `CNAME ${environment.cname}` : ''}
        </span>
      </div>
      {state === 'there' ? (
        <LaneFacts lane={lane} busiest={busiest} />
      ) : (
        <div className="lane-absent muted">{gone ? 'Terminated. It can be rebuilt for 42 days.' : absent}</div>
      )}
    </article>
  )
}

function LaneFacts({ lane, busiest }: { readonly lane: Lane; readonly busiest: number }) {
  const { environment, health } = lane
  // Right after a change AWS may leave its word out.
  const words = [health?.status, environment?.healthStatus, environment?.healthColor]
  const word = words.find((each) => each !== undefined && each !== null && each !== '') ?? 'Unknown'
  const tone = healthTone(word, health?.color ?? environment?.healthColor ?? '')
  const version = environment?.versionLabel ?? null
  const newest = lane.traffic.at(-1)
  return (
    <>
      <div className="lane-fact">
        <div className="lane-caption">Version</div>
        <div className="lane-version wrap" title={version ?? undefined}>
          {version ?? <span className="muted">none yet</span>}
        </div>
      </div>
      <div className="lane-fact">
        <div className="lane-caption">Health</div>
        <div className="lane-health" data-tone={tone} title={health?.causes.join('\n') ?? undefined}>
          {word}
        </div>
        <div className="small muted cut" title={health?.causes.join('\n') ?? undefined}>
          {environment?.status === 'Ready' ? (health?.causes[0] ?? 'Ready') : environment?.status}
        </div>
      </div>
      <div className="lane-fact">
        <div className="lane-caption">{health ? count(health.instances.length, 'instance') : 'Instances'}</div>
        {health ? <InstanceDots instances={health.instances} /> : <span className="muted small">not read yet</span>}
      </div>
      <div className="lane-fact lane-traffic">
        <div className="lane-caption">
          Traffic{' '}
          <strong>
            {newest === undefined
              ? health?.requests === null
                ? 'not measured'
                : 'no reading yet'
              : `${rate(newest.requestsPerSecond)} requests/s`}
          </strong>
        </div>
        <Sparkline
          colour={lane.colour}
          points={lane.traffic}
          top={busiest}
          label={`Requests per second to ${lane.name}`}
        />
      </div>
    </>
  )
}
