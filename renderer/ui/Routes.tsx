import { ROUTE_IDS, type RouteChoice, type RouteId } from '../../electron/contract/independence.ts'
import { chooseRoute } from '../actions.ts'
import { testIds } from '../test-ids.ts'

const ROUTES: Readonly<Record<RouteId, { readonly title: string; readonly means: (blue: string) => string }>> = {
  'decouple-first': {
    title: 'Decouple blue first (recommended)',
    means: (blue) =>
      `The database is taken out of ${blue} now, and ${blue} is connected to it from outside. Two or three updates of ${blue}, while it serves; after that every clone reaches the database too.`,
  },
  'decouple-later': {
    title: 'Decouple blue after the swap',
    means: (blue) =>
      `For those who may not change ${blue} while it serves. Green is made without a database and uses this one from outside. ${blue} is decoupled after production has left it, right before it is terminated: until then the database must stay protected and its snapshot must stay.`,
  },
}

/** When blue's database is decoupled; each choice goes into the journal at once. */
export function Routes({ routes, blue }: { readonly routes: RouteChoice | null; readonly blue: string }) {
  if (!routes) return null
  return (
    <section className="panel inputs" aria-label="When the database is decoupled">
      <fieldset className="options">
        <legend className="title">When is {routes.database} decoupled?</legend>
        {ROUTE_IDS.map((id) => (
          <label key={id} className="option" data-chosen={id === routes.chosen}>
            <input
              type="radio"
              name="route"
              checked={id === routes.chosen}
              data-testid={testIds.route(id)}
              onChange={() => void chooseRoute(id)}
            />
            <span>
              <strong>{ROUTES[id].title}</strong>
              <span className="lead wrap route-means">{ROUTES[id].means(blue)}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </section>
  )
}
