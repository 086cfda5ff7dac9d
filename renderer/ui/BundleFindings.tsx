import StatusIndicator from '@cloudscape-design/components/status-indicator'
import type { BundleFinding } from '../../electron/contract/models.ts'
import { byteSize, count } from '../formats.ts'
import { testIds } from '../test-ids.ts'
import './bundle.css'

/** What is shown of a bundle, of this computer or in S3. */
interface Bundle {
  /** Its file, or where it lies. */
  readonly name: string
  readonly sizeBytes: number
  /** Null where not all of it was read. */
  readonly sha256: string | null
  readonly sound: boolean
  readonly findings: readonly BundleFinding[]
  readonly entries: number
  readonly unpackedBytes: number
  readonly looksLike: string | null
}

/** A bundle as it was looked into: whether it may be deployed, what it is, and everything that was found in it. */
export function BundleFindings({ bundle }: { readonly bundle: Bundle }) {
  const { name, sizeBytes, sha256, sound, findings, entries, unpackedBytes, looksLike } = bundle
  const facts = [
    name,
    byteSize(sizeBytes),
    ...(entries > 0 ? [`${count(entries, 'file')}, ${byteSize(unpackedBytes)} unpacked`] : []),
    ...(looksLike === null ? [] : [looksLike]),
  ]
  return (
    <div className="inspection" data-sound={sound} data-testid={testIds.inspection}>
      <StatusIndicator type={sound ? 'success' : 'error'}>
        {sound ? 'The bundle is sound' : 'This bundle cannot be deployed'}
      </StatusIndicator>
      <div className="small muted wrap">
        {facts.join(' · ')}
        {sha256 ? (
          <>
            {' · '}SHA-256 <span className="code">{sha256.slice(0, 16)}…</span>
          </>
        ) : null}
      </div>
      {findings.length > 0 && (
        <ul className="findings">
          {findings.map((finding) => (
            <li
              key={[finding.text, ...(finding.details ?? [])].join(' ')}
              className="finding wrap"
              data-severity={finding.severity}
            >
              <StatusIndicator type={finding.severity}>{finding.text}</StatusIndicator>
              <Finding finding={finding} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Finding({ finding: { details = [], meaning, remedy } }: { readonly finding: BundleFinding }) {
  return (
    <div className="finding-more small">
      {details.length > 0 && (
        <ul className="finding-details">
          {details.map((detail) => (
            <li key={detail} className="code">
              {detail}
            </li>
          ))}
        </ul>
      )}
      {meaning !== undefined && <div className="muted">{meaning}</div>}
      {remedy !== undefined && (
        <div className="muted">
          <strong>What to do: </strong>
          {remedy}
        </div>
      )}
    </div>
  )
}
