import type { BundleDifference as Difference } from '../../electron/contract/models.ts'
import { byteSize, count } from '../formats.ts'
import { testIds } from '../test-ids.ts'
import type { Answer } from '../use-answer.ts'
import { Spin } from './Spin.tsx'
import './bundle.css'

const MOST_SHOWN = 200
const WORDS = { added: 'new', changed: 'changed', removed: 'gone' } as const

/** How a bundle differs from the one that blue runs: counts at first, the files on request. */
export function BundleDifference({ answer }: { readonly answer: Answer<Difference> }) {
  switch (answer.status) {
    case 'loading':
      return (
        <p className="row small muted" role="status">
          <Spin /> Comparing it with the version that blue runs…
        </p>
      )
    case 'failed': {
      const { title, meaning, remedy, detail } = answer.problem
      return (
        <details className="details difference" data-testid={testIds.difference}>
          <summary className="small">It could not be compared with the version that blue runs: {title}.</summary>
          <div className="small muted wrap">{[meaning, remedy].filter(Boolean).join(' ')}</div>
          {detail !== undefined && <pre className="code">{detail}</pre>}
        </details>
      )
    }
    case 'here':
      return <Files difference={answer.value} />
  }
}

function Files({ difference }: { readonly difference: Difference }) {
  const { versionLabel, added, removed, changed, same, files } = difference
  const all = added + removed + changed
  if (all === 0) {
    return (
      <p className="small muted wrap" data-testid={testIds.difference}>
        {same === 0
          ? 'Neither this bundle nor the one that blue runs holds a file.'
          : `Every file is the same as in ${versionLabel}, which blue runs.`}
      </p>
    )
  }
  const counts = [
    ...(added > 0 ? [`${added.toLocaleString('en')} new`] : []),
    ...(changed > 0 ? [`${changed.toLocaleString('en')} changed`] : []),
    ...(removed > 0 ? [`${removed.toLocaleString('en')} gone`] : []),
    `${same.toLocaleString('en')} the same`,
  ]
  const shown = files.slice(0, MOST_SHOWN)
  return (
    <details className="details difference" data-testid={testIds.difference}>
      <summary className="small">
        <span className="wrap">
          Compared with {versionLabel}, which blue runs: {counts.join(', ')}
        </span>
      </summary>
      <ul className="difference-files">
        {shown.map(({ name, change, bytesBefore, bytes }) => (
          <li key={name}>
            <span className="difference-change small" data-change={change}>
              {WORDS[change]}
            </span>
            <span className="code difference-name" title={name}>
              {name.includes('/') && (
                <span className="difference-folder">{name.slice(0, name.lastIndexOf('/') + 1)}</span>
              )}
              <span className="difference-file">{name.slice(name.lastIndexOf('/') + 1)}</span>
            </span>
            <span className="small muted difference-size">{sizes(bytesBefore, bytes)}</span>
          </li>
        ))}
      </ul>
      {all > shown.length && (
        <div className="small muted">And {count(all - shown.length, 'more file')}, not shown here.</div>
      )}
    </details>
  )
}

function sizes(before: number | null, now: number | null): string {
  if (before === null || now === null) return byteSize(now ?? before ?? 0)
  return before === now ? byteSize(now) : `${byteSize(before)} → ${byteSize(now)}`
}
