import type { Entry } from '../../electron/contract/entries.ts'
import type { Outcome } from '../../electron/contract/models.ts'
import { STEP_IDS } from '../../electron/contract/steps.ts'

/** A release's entries as short as they can be and still say something at every step; open where the outcome is null. */
export function releaseEntries(id: string, outcome: Outcome | null, gatesPerStep = 2): readonly Entry[] {
  let at = Date.parse('2026-03-02T09:00:00Z')
  const next = () => {
    at += 5_000
    return at
  }
  return [
    {
      kind: 'started',
      at,
      id,
      account: { kind: 'practice', accountId: '000000000000', region: 'eu-central-1' },
      application: 'shop',
      productionCname: `${id}.eu-central-1.elasticbeanstalk.com`,
      blue: { id: 'e-blue', name: 'shop-blue' },
      green: { name: 'shop-green', cnamePrefix: 'shop-green', templateName: `signalbox-${id}` },
      settings: { bakeSeconds: 300, soakSeconds: 3600, checks: [{ path: '/', expectStatus: 200, contains: '' }] },
    },
    ...STEP_IDS.flatMap((step): readonly Entry[] => [
      { kind: 'entered', at: next(), step },
      ...Array.from({ length: gatesPerStep }, (_, index): Entry => {
        const evidence = [{ source: 'elasticbeanstalk:DescribeEnvironments', at, text: `gate ${index} of ${step}` }]
        const gate = {
          id: `g-${index}`,
          title: 'A gate',
          status: 'passed',
          summary: 'It holds.',
          evidence,
          waivable: false,
        } as const
        return { kind: 'gate', at: next(), step, list: 'gates', gate }
      }),
      { kind: 'lever-thrown', at: next(), step },
      { kind: 'proved', at: next(), step },
    ]),
    ...(outcome === null ? [] : [{ kind: 'ended', at: next(), outcome } as const]),
  ]
}
