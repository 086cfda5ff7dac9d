/** What lies behind a step, for those who ask. */
export type Page = 'drain' | 'resolvers' | 'domains' | 'standby' | 'closed-dns'

/** One page of help: what, why, what can go wrong with what to do then, what to look at. */
export interface HelpTopic {
  readonly title: string
  readonly what: readonly string[]
  readonly why: string
  readonly wrong: readonly (readonly [sign: string, answer: string])[]
  readonly look: readonly string[]
  /** Pages on what is behind it. */
  readonly more?: readonly Page[]
}

/** The pages that screens lead to. */
export const pages: Readonly<Record<Page, HelpTopic>> = {
  drain: {
    title: 'Traffic that does not end',
    what: [
      'After the swap blue’s traffic falls as addresses are forgotten. Signalbox says whether it falls, rises or stays, and, while it falls, when it is idle at the earliest. “Idle” was measured before the swap: health checks never end.',
      'A rest that stays while every name server says green comes from clients that do not ask DNS again: a connection that is kept open lives as long as it is used, and Java programs may remember an address for ever.',
      'Signalbox keeps one connection open itself. Its line shows how long a connection lasts at your load balancer.',
    ],
    why: 'A load balancer never sends a client away that keeps its connection busy, and no TTL reaches it. When blue is terminated, exactly these clients fail.',
    wrong: [
      ['The rest stays', 'Find the clients in blue’s access log, by address and user agent, and restart them.'],
      [
        'Nobody knows whose they are',
        'Lower the idle timeout of blue’s load balancer, so that it closes connections that rest between two requests, then wait.',
      ],
      [
        'It rises',
        'Somebody leads to blue by its own name or its load balancer: a domain that does not follow, a monitor, a job.',
      ],
      [
        'It is only a scanner or a monitor',
        'Waive the gate and say whose requests they are. The report keeps the reason.',
      ],
    ],
    look: ['The curve of blue against the dotted line.', 'The line “A kept connection” among the pictures.'],
  },
  resolvers: {
    title: 'Name servers that overrun',
    what: [
      'An answer of DNS may be remembered for its TTL, a minute for Elastic Beanstalk’s names. Each bar shows how long a name server may still hold the old answer, and shrinks to nothing.',
      'Some keep answers longer: by a setting of their own, or because other caches stand behind them. Such a one is marked “past its TTL”.',
    ],
    why: 'Nobody can say when a name server follows that does not keep to its TTL. Until then its users reach blue, and only blue answers them.',
    wrong: [
      [
        'One stays past its TTL',
        'Wait; most follow within an hour. Where it is your own, empty its cache. Where nobody uses it, take it off the list for the next release and waive the gate with the reason.',
      ],
      ['One does not answer', 'It says nothing of its users. Ask whoever runs it, or waive the gate with the reason.'],
      [
        'It changes back to blue',
        'Several caches stand behind one address, each with its own memory. It is asked more often, and must be green for two TTLs.',
      ],
    ],
    look: [
      'The striped part of each strip: how long it said blue.',
      '“Not before”: the earliest moment at which it can be safe.',
    ],
  },
  domains: {
    title: 'Domains of your own',
    what: [
      'Most people type a domain of your own. It follows the swap only where it leads to the environment’s name: as a CNAME, or as an alias to Elastic Beanstalk.',
      'One that leads to blue’s load balancer, or to an address, stays with blue whatever is swapped. Behind a network such as CloudFront the origin decides, which cannot be seen from outside.',
    ],
    why: 'The swap moves one name. Who comes by another that does not follow stays on blue and is cut off when blue is retired.',
    wrong: [
      [
        'A domain stays behind',
        'Let it lead to the production URL before the swap. At the top of a zone use an alias record to the environment.',
      ],
      [
        'Green has no certificate for it',
        'Give green’s load balancer a listener on port 443 with the same certificate as blue’s.',
      ],
      ['A domain is missing from the list', 'Enter it: only Route 53 of this account can be searched.'],
    ],
    look: ['Its own line in the pictures: it turns to green like the others.', 'The column “With the swap”.'],
  },
  standby: {
    title: 'Standby, shrinking, and the way back',
    what: [
      'Blue can be kept for some hours after the users have moved. The release stays open, and Signalbox reminds you when they are over. To save money it can be shrunk to one instance first.',
      'Once it is terminated, Elastic Beanstalk can rebuild it for 42 days, with the same id and name, from its configuration and its application version.',
    ],
    why: 'Going back to an environment that runs takes seconds, to one that was shrunk some minutes, to one that was terminated the time of a launch, and without the data that was on it.',
    wrong: [
      [
        'You roll back while it is shrunk',
        'It is scaled to its size first, then swapped. That is by itself, and takes some minutes.',
      ],
      [
        'The rebuild is refused',
        'Its name or its URL was taken by another environment, or its version was deleted. The refusal says which.',
      ],
      ['The standby is to end sooner', 'Choose “Terminate it now” and save.'],
    ],
    look: ['Until when it is kept.', 'What keeping it costs, beside the lever.'],
  },
  'closed-dns': {
    title: 'Checks from here are not possible',
    what: [
      'In some networks a computer cannot ask name servers itself, or cannot reach the production URL, for instance behind an internal load balancer. Try DNS over HTTPS first: it needs no port but 443.',
      'Where nothing works, say so in the list of name servers. Signalbox then relies on what Elastic Beanstalk tells: health, and the traffic of both environments.',
    ],
    why: 'Without questions from here nothing proves what users are told. The gates say “unknown”, never “passed”, and want your own look instead.',
    wrong: [
      [
        'Every name server is silent',
        'Port 53 is closed here. Enter your company’s own name server by its address, or one by https://.',
      ],
      [
        'All say the same strange address',
        'A sign-in page of a guest network answers for everybody. Sign in there, or use another network.',
      ],
      ['The gates stay unknown', 'Look from a computer that can, then waive them and say what you saw and from where.'],
    ],
    look: [
      '“Programs on this computer”: what your own browser gets.',
      'Blue’s traffic: it tells the same, only later.',
    ],
  },
}
