import type { Application, ReleaseSummary } from '../../../electron/contract/models.ts'
import { AT, environment, PRODUCTION } from '../views.ts'

export const LONG_NAME = 'customer-portal-production-europe-west-a'
const LONG_PREFIX = 'customer-portal-production-europe-west-a-with-a-very-long-one'
export const LONG_CNAME = `${LONG_PREFIX}.eba-x7f9k2mq.eu-central-1.elasticbeanstalk.com`
export const LONG_LABEL =
  'customer-portal-2026.11.23-build.48151623-feature-invoice-redesign-with-tax-rules-for-all-countries-x'

export const applications: readonly Application[] = [
  {
    name: 'shop',
    description: 'The web shop',
    environments: [
      environment(),
      environment({ name: 'shop-worker', id: 'e-wrk1234567', cname: null, tier: 'Worker' }),
      environment({
        name: 'shop-staging',
        id: 'e-stg1234567',
        cname: 'shop-staging.eu-central-1.elasticbeanstalk.com',
        status: 'Updating',
        healthColor: 'Grey',
        healthStatus: 'Info',
        versionLabel: 'shop-1.5.0-rc.2',
      }),
    ],
  },
  {
    name: 'ledger',
    description: '',
    environments: [
      environment({
        name: 'ledger-prod',
        id: 'e-ldg1234567',
        application: 'ledger',
        cname: 'ledger.eu-central-1.elasticbeanstalk.com',
        versionLabel: 'ledger-7',
        healthStatus: 'Warning',
        healthColor: 'Yellow',
      }),
    ],
  },
  {
    name: 'customer-portal-for-all-countries-and-all-languages-of-the-european-union-and-some-more-of-them-too',
    description: 'The portal of all customers',
    environments: [
      environment({ name: LONG_NAME, id: 'e-lng1234567', cname: LONG_CNAME, versionLabel: LONG_LABEL }),
      environment({ name: 'portal-b', id: 'e-prt1234567', cname: 'portal.eu-central-1.elasticbeanstalk.com' }),
      environment({ name: 'portal-c', id: 'e-prc1234567', cname: 'portal-c.eu-central-1.elasticbeanstalk.com' }),
    ],
  },
]

function summary(id: string, rest: Partial<ReleaseSummary>): ReleaseSummary {
  return {
    id,
    account: { kind: 'practice', accountId: '000000000000', region: 'eu-central-1' },
    application: 'shop',
    productionCname: PRODUCTION,
    versionLabel: 'shop-1.5.0',
    startedAt: AT - 7_200_000,
    endedAt: null,
    outcome: null,
    track: 'forward',
    step: 'propagation',
    damaged: false,
    ...rest,
  }
}

export const summaries: readonly ReleaseSummary[] = [
  summary('shop-1123-a1', {}),
  summary('portal-1122-b2', {
    account: { kind: 'aws', accountId: '123456789012', region: 'eu-west-1' },
    productionCname: LONG_CNAME,
    versionLabel: LONG_LABEL,
    step: 'swap',
    track: 'rollback',
    startedAt: AT - 90_000_000,
  }),
  summary('shop-1101-c3', {
    startedAt: AT - 20 * 86_400_000,
    endedAt: AT - 20 * 86_400_000 + 5_400_000,
    outcome: 'completed',
    versionLabel: 'shop-1.4.2',
  }),
  summary('shop-1015-d4', {
    startedAt: AT - 40 * 86_400_000,
    endedAt: AT - 40 * 86_400_000 + 1_400_000,
    outcome: 'rolled-back',
    versionLabel: 'shop-1.4.1',
  }),
  summary('shop-1001-e5', {
    startedAt: AT - 60 * 86_400_000,
    endedAt: AT - 60 * 86_400_000 + 400_000,
    outcome: 'stopped',
    versionLabel: null,
    damaged: true,
  }),
]
