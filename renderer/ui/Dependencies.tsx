import type { Dependencies as Picture } from '../../electron/contract/independence.ts'
import { testIds } from '../test-ids.ts'
import './dependencies.css'

type Node = Picture['nodes'][number]

const FATES: Readonly<Record<Node['fate'], string>> = {
  dies: 'Goes with it',
  snapshot: 'Goes with it; a snapshot stays',
  stays: 'Stays',
  unknown: 'Not known',
}
const KINDS: Readonly<Record<Node['kind'], string>> = {
  environment: 'Environment',
  database: 'Database',
  data: 'Data',
  group: 'Security group',
  unknown: 'Stack',
}

/** What hangs on blue: on the left what goes with it when it is terminated, on the right what stays. */
export function Dependencies({ picture }: { readonly picture: Picture }) {
  const [environment, ...others] = picture.nodes
  if (!environment) return null
  const goes = others.filter(({ fate }) => fate !== 'stays')
  const stays = others.filter(({ fate }) => fate === 'stays')
  const labels = new Map(picture.nodes.map(({ id, label }) => [id, label]))
  return (
    <section className="panel dependencies" aria-label="What hangs on blue" data-testid={testIds.dependencies}>
      <h3 className="title">What hangs on {environment.label}</h3>
      <div className="dependencies-sides">
        <div className="dependencies-side">
          <h4 className="dependencies-heading">Goes when it is terminated</h4>
          <ul className="dependencies-tree" data-root>
            <li>
              <Card node={environment} labels={labels} />
              {goes.length > 0 && (
                <ul className="dependencies-tree">
                  {goes.map((node) => (
                    <li key={node.id}>
                      <Card node={node} labels={labels} />
                    </li>
                  ))}
                </ul>
              )}
            </li>
          </ul>
        </div>
        <div className="dependencies-side">
          <h4 className="dependencies-heading">Stays</h4>
          {stays.length === 0 ? (
            <p className="muted">Nothing outside it was found to hang on it.</p>
          ) : (
            <ul className="dependencies-tree" data-root>
              {stays.map((node) => (
                <li key={node.id}>
                  <Card node={node} labels={labels} />
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </section>
  )
}

function Card({ node, labels }: { readonly node: Node; readonly labels: ReadonlyMap<string, string> }) {
  const { kind, label, detail, fate, refersTo } = node
  return (
    <div className="dependency" data-fate={fate} data-kind={kind}>
      <div className="dependency-head">
        <span className="dependency-kind">{KINDS[kind]}</span>
        <span className="dependency-fate">{FATES[fate]}</span>
      </div>
      <div className="dependency-label" title={label}>
        {label}
      </div>
      <div className="muted wrap">{detail}</div>
      {refersTo.map((id) => (
        <div key={id} className="dependency-link wrap">
          → refers to {labels.get(id) ?? id}
        </div>
      ))}
    </div>
  )
}
