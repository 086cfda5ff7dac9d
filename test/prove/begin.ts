import type { Entry } from '../../electron/contract/entries.ts'
import type { ReleaseSettings, SourceBundle } from '../../electron/contract/models.ts'
import { ACCOUNT_ID, APPLICATION, BEHAVIOURS, BLUE_NAME, GREEN_NAME, PRODUCTION, REGION } from './door/account.ts'

export const RELEASE_ID = 'rel-0001'
export const TEMPLATE_NAME = `signalbox-${RELEASE_ID}`

export const SETTINGS: ReleaseSettings = {
  bakeSeconds: 30,
  soakSeconds: 120,
  checks: [{ path: '/', expectStatus: 200, contains: '' }],
}

/** With blue kept on standby for a while, as one instance. */
export const SHRINKING: ReleaseSettings = { ...SETTINGS, retirement: { standbySeconds: 60, shrink: true } }

/** A release that was begun, as the app journals it. */
export function begin(at: number, blueId: string, settings: ReleaseSettings = SETTINGS): Entry[] {
  return [
    {
      kind: 'started',
      at,
      id: RELEASE_ID,
      account: { kind: 'practice', accountId: ACCOUNT_ID, region: REGION },
      application: APPLICATION,
      productionCname: PRODUCTION,
      blue: { id: blueId, name: BLUE_NAME },
      green: { name: GREEN_NAME, cnamePrefix: GREEN_NAME, templateName: TEMPLATE_NAME },
      settings,
    },
    { kind: 'entered', at, step: 'independence' },
  ]
}

const KINDS = Object.keys(BEHAVIOURS)

/** A bundle whose version behaves as its name says. */
export function bundle(kind: string): SourceBundle {
  const sha256 = String(Math.max(0, KINDS.indexOf(kind))).padStart(64, 'a')
  return { path: `/bundles/${kind}.zip`, fileName: `${kind}.zip`, sizeBytes: 4_321, sha256 }
}

/** The name by which the bundle of this hash behaves. */
export function bundleOf(sha256: string): string {
  return KINDS[Number(sha256.replace(/^a+/, ''))] ?? ''
}
