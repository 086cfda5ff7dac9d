import type { Environment, Lane, ReleaseView, ResolverView } from '../../../electron/contract/models.ts'
import { AT, environment, health, lane, PRODUCTION, traffic } from '../views.ts'

/** Green as it runs beside blue. */
export function greenThere(rest: Partial<Environment> = {}, more: Partial<Lane> = {}): Lane {
  return lane('green', {
    environment: environment({
      id: 'e-grn987xyz6',
      name: 'shop-green-1123',
      cname: 'shop-green-1123.eu-central-1.elasticbeanstalk.com',
      ...rest,
    }),
    health: health(3),
    traffic: traffic(0.1, 0.1),
    ...more,
  })
}

export const swapped: ReleaseView['lanes'] = {
  blue: lane('blue', {
    environment: environment({ cname: 'shop-green-1123.eu-central-1.elasticbeanstalk.com' }),
    holdsProduction: false,
    traffic: traffic(13, 1.2),
  }),
  green: greenThere(
    { cname: PRODUCTION, versionLabel: 'shop-1.5.0' },
    { holdsProduction: true, traffic: traffic(0.1, 11.5) },
  ),
}

export const resolvers: readonly ResolverView[] = (
  [
    [
      'authoritative',
      '192.0.2.53',
      'green',
      true,
      'Confirmed twice, two TTLs apart.',
      [
        [400, 'blue'],
        [300, 'green'],
      ],
    ],
    [
      'Resolver A',
      '192.0.2.101',
      'green',
      true,
      'Confirmed twice, two TTLs apart.',
      [
        [400, 'blue'],
        [255, 'green'],
      ],
    ],
    [
      'Resolver B',
      '192.0.2.102',
      'green',
      false,
      'Seen; confirmed in 74 s.',
      [
        [400, 'blue'],
        [246, 'mixed'],
        [220, 'green'],
      ],
    ],
    [
      'Resolver C (overruns)',
      '198.51.100.7',
      'blue',
      false,
      'It keeps the old answer for longer than its TTL allows.',
      [[400, 'blue']],
    ],
    [
      'Resolver D',
      '203.0.113.8',
      'silent',
      false,
      'No answer within 2 s.',
      [
        [400, 'blue'],
        [330, 'silent'],
      ],
    ],
    ['Head office', '10.0.0.2', 'blue', false, 'Keeps the old answer for up to 42 s.', [[400, 'blue']]],
    ['Resolver E', '203.0.113.9', 'foreign', false, '203.0.113.200 is neither blue nor green.', [[400, 'foreign']]],
  ] as const
).map(([name, address, answer, confirmed, note, history]) => ({
  name,
  address,
  answer,
  addresses: ['192.0.2.10', '192.0.2.11'],
  ttlSecondsLeft: answer === 'blue' ? 42 : answer === 'silent' ? null : 51,
  greenSince: answer === 'green' ? AT - 200_000 : null,
  confirmed,
  note,
  role: name === 'authoritative' ? ('authoritative' as const) : ('resolver' as const),
  forgetsAt: name === 'Head office' ? AT + 42_000 : null,
  overruns: note.startsWith('It keeps'),
  history: history.map(([ago, said]) => ({ at: AT - ago * 1000, answer: said })),
}))

/** What the computer's own programs get. */
export const system: ResolverView = {
  name: 'Programs on this computer',
  address: 'operating system',
  role: 'system',
  answer: 'blue',
  addresses: ['192.0.2.10'],
  ttlSecondsLeft: null,
  greenSince: null,
  confirmed: false,
  note: '192.0.2.10. What your own browser gets, memory and all; it does not count.',
  history: [],
}

export const probes = Array.from({ length: 70 }, (_, index) => ({
  at: AT - (70 - index) * 5000,
  answeredBy: index < 18 || index === 24 ? ('blue' as const) : index === 31 ? ('error' as const) : ('green' as const),
  milliseconds: 24 + ((index * 37) % 60),
}))
