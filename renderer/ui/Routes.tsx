import { useState } from 'react'
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
  // Shown at once: main takes the choice between two turns.
  const [given, setGiven] = useState<RouteId | null>(null)
  if (!routes) return null
  const chosen = given ?? routes.chosen
  async function give(route: RouteId) {
    setGiven(route)
    await chooseRoute(route)
    setGiven(null)
  }
  return (
    <section className="panel inputs stack-tight" aria-label="When the database is decoupled">
      <h3 className="title wrap">When is {routes.database} decoupled?</h3>
      <fieldset className="options">
        <legend className="hidden-text">When the database is decoupled</legend>
        {ROUTE_IDS.map((id) => (
          <label key={id} className="option" data-chosen={id === chosen}>
            <input
              type="radio"
              name="route"
              checked={id === chosen}
              data-testid={testIds.route(id)}
              onChange={() => void give(id)}
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
