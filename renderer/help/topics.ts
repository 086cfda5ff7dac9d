import type { StepId } from '../../electron/contract/steps.ts'

export type Topic =
  | 'connect'
  | 'releases'
  | 'choose'
  | 'outcome'
  | StepId
  | 'decouple-later'
  | 'rollback-swap'
  | 'rollback-propagation'
  | 'rollback-retire'
  | 'drain'
  | 'resolvers'
  | 'domains'
  | 'standby'
  | 'closed-dns'

/** One page of help: what, why, what can go wrong with what to do then, what to look at. */
export interface HelpTopic {
  readonly title: string
  readonly what: readonly string[]
  readonly why: string
  readonly wrong: readonly (readonly [sign: string, answer: string])[]
  readonly look: readonly string[]
  /** Pages on what is behind it. */
  readonly more?: readonly Topic[]
}

/** Help for every screen and every step, for someone who has never done a release. */
export const topics: Readonly<Record<Topic, HelpTopic>> = {
  connect: {
    title: 'Connecting',
    what: [
      'You say which account Signalbox works in. It then only reads until you throw a lever yourself.',
      'The practice account is a rehearsal on this computer: it behaves like Elastic Beanstalk, at the speed you choose. A real account is marked red in the bar above, practice is marked with yellow tape.',
    ],
    why: 'Do your first release in practice. You see every step once, also the ones that go wrong, and nothing can happen.',
    wrong: [
      [
        'The keys are refused',
        'They are mistyped, expired or switched off. Ask whoever gave them to you for new ones.',
      ],
      ['The account is empty', 'Mostly it is the region: environments are only listed in the region they run in.'],
    ],
    look: ['The badge in the bar above: practice, or a real account.', 'Account number and region beside it.'],
  },
  releases: {
    title: 'Your releases',
    what: [
      'Each release keeps a journal on this computer: what was meant, what was seen, what you decided. You can close Signalbox at any moment and go on later.',
      'A release takes one URL to a new version in seven steps. Until the fifth of them, nobody outside notices anything.',
    ],
    why: 'A release that was begun and forgotten leaves a second environment that costs money. That is why open ones stand on top.',
    wrong: [
      [
        'A journal is damaged',
        'Its entries no longer fit together. It is shown, never repaired, and should not serve as evidence.',
      ],
      ['Continue is locked', 'The release belongs to another account or region than the one you are connected to.'],
    ],
    look: ['Releases under way, and at which step they stand.'],
  },
  choose: {
    title: 'Choosing blue',
    what: [
      'You choose the environment that serves your production URL now. It is called blue from here on. The one that is built beside it and takes over is called green.',
      'After the release the roles are over: what was green is simply your environment.',
    ],
    why: 'A swap moves the URL and leaves the names where they are. After an earlier swap, the environment called “old” may well be production. Only the URL tells the truth.',
    wrong: [
      [
        'An environment cannot be chosen',
        'Workers have no URL to swap; one that is being changed must become Ready first. The reason stands beside it.',
      ],
      [
        'Your own domain is not in the list',
        'Domains of your own point at one of these URLs. Ask whoever looks after your DNS which one.',
      ],
    ],
    look: ['The URL, in bold. Open it in a browser if in doubt.', 'The version that runs there now.'],
  },
  independence: {
    title: 'Check independence',
    what: [
      'Signalbox looks for a database that belongs to the environment itself. Elastic Beanstalk calls that a coupled database: it was made with the environment, and it can go with it.',
      'Nothing is changed. Every finding shows the call it came from.',
    ],
    why: 'At the end of the release blue is terminated. A coupled database would be deleted with it, or stay cut off; and green would get a new, empty one.',
    wrong: [
      [
        'The database is coupled',
        'The release stops here, on purpose. The database must be decoupled first, and this can never be waived.',
      ],
      [
        'Something could not be read',
        'Then it counts as not proved. Mostly a permission is missing; the remedy names it.',
      ],
    ],
    look: ['The verdict, and its evidence.'],
  },
  'decouple-later': {
    title: 'Decouple after the swap',
    what: [
      'Blue keeps its database until nobody uses blue any more. Green is made without one, and is let in at blue’s by a security group of its own: both use the same data.',
      'Before that a snapshot is taken and RDS is told to protect the database from deletion. Only after the swap, and after everybody has moved, blue is told to retain the database, then it is decoupled, then terminated. Each has a lever of its own.',
    ],
    why: 'Decoupling first changes blue two or three times while it serves. Where that may not be, this is the way that AWS support describes. It asks for more: whatever happens to blue in between, the database hangs on it.',
    wrong: [
      [
        'The protection was switched off, or the snapshot is gone',
        'Every lever closes until both are there again. The gate says where to put it right.',
      ],
      [
        'Green does not reach the database',
        'Elastic Beanstalk gives blue the RDS_ properties by itself, and green does not get them. Give the password with the lever that makes green, or use properties of your own.',
      ],
      [
        'You want to go back after blue was decoupled',
        'Blue has lost those properties: set them by hand and look whether it works, before the URLs are swapped back.',
      ],
    ],
    look: ['That the gate of this way stays open at every step.', 'At the end: that the database is still there.'],
  },
  clone: {
    title: 'Clone blue',
    what: [
      'Elastic Beanstalk builds green from blue’s configuration, with the version that blue runs. That takes some minutes: load balancer, instances, health checks.',
      'Green gets a URL of its own until the swap. Users never see it.',
    ],
    why: 'If green first runs the same as blue, every later difference comes from the new version and not from the environment.',
    wrong: [
      ['The name or URL is taken', 'URLs are shared by all AWS customers of a region. Type another one.'],
      [
        'Settings differ',
        'What was changed by hand outside Elastic Beanstalk is not cloned, such as rules of a security group. Each difference is listed.',
      ],
      [
        'Green comes up unhealthy',
        'Read the live events. Blue is not affected; you can roll back, which removes green.',
      ],
    ],
    look: ['Green’s lane: Ready, and health Ok.', 'The comparison of settings among the proofs.'],
  },
  deploy: {
    title: 'Deploy to green',
    what: [
      'You choose the new version: a file that your build made, or one that Elastic Beanstalk has already. A file is looked into first, then uploaded, then deployed to green only.',
      'The proof asks every instance which version it runs.',
    ],
    why: 'When a deployment fails, Elastic Beanstalk puts the old version back, and the environment looks Ready and Green again. Only the label on each instance shows the truth.',
    wrong: [
      [
        'The bundle cannot be deployed',
        'The findings say what is wrong, where, and what to do. Most often the archive is damaged, or .ebextensions declares a database.',
      ],
      [
        'The difference is not what you expected',
        'Below the findings stands which files are new, changed or gone against the version that blue runs. A bundle of another branch or another application shows there.',
      ],
      [
        'Green runs the old label',
        'The deployment failed. Read the live events, then choose another version or try again.',
      ],
    ],
    look: ['The version on green’s lane.', 'Events in red.'],
  },
  test: {
    title: 'Test green',
    what: [
      'Green is asked for the pages you listed, over and over, for the whole bake. A single failure starts the bake anew.',
      'Meanwhile you open green in your browser and look for yourself, then sign off.',
    ],
    why: 'This is the last step before users are involved. Machines see a wrong status; only you see a wrong price.',
    wrong: [
      ['A check fails now and then', 'Take it seriously: under real traffic “now and then” is often.'],
      [
        'Green has fewer instances than blue',
        'Blue may have grown under load. Green must be able to carry the same before it takes over.',
      ],
    ],
    look: ['Sign in, and do what your users do most.', 'The result of each check among the proofs.'],
  },
  swap: {
    title: 'Swap the CNAMEs',
    what: [
      'The two environments exchange their URLs: the plate with the production URL moves to green’s lane. It takes a few seconds.',
      'Names, ids and machines stay where they are, and both environments keep running.',
    ],
    why: 'Only the entry in DNS changes, so nothing restarts and nothing is down. Swapping again takes it back: this step is its own way back.',
    wrong: [
      [
        'A gate closed again',
        'Everything is read anew right before the swap. Something has changed since; the gate says what.',
      ],
      ['Users still see the old version', 'That is expected for a while: see the next step.'],
    ],
    look: ['The plate: on which lane is it?', 'The proof that the production URL answers with green.'],
    more: ['domains'],
  },
  propagation: {
    title: 'Watch the users move',
    what: [
      'Name servers remember an address for a time, the TTL. Some remember longer than they may, and programs with open connections do not ask again at all.',
      'Signalbox asks many name servers, sends fresh requests, and watches the traffic that blue still gets.',
    ],
    why: 'Whoever removes blue when the swap says “done” cuts off everybody who still has the old address. Waiting here is the whole trick of a release without a gap.',
    wrong: [
      [
        'One name server stays on blue',
        'Some ignore the TTL. Wait; where one is known never to follow, waive the gate and say why.',
      ],
      [
        'Blue’s traffic does not reach its floor',
        'Something keeps its connections: a proxy, a job, a monitor. Find out what it is before you remove blue.',
      ],
    ],
    look: [
      'The strips turning from blue to green.',
      'The two curves of traffic crossing over, and blue’s going down to the dotted line.',
    ],
    more: ['resolvers', 'drain', 'domains', 'closed-dns'],
  },
  retire: {
    title: 'Retire blue',
    what: [
      'Blue is terminated: its instances, its load balancer and all else that Elastic Beanstalk made for it. The production URL stays with green.',
      'You type the production URL by hand, so that nobody does this by accident.',
    ],
    why: 'Two environments cost twice. But up to here, going back takes seconds; afterwards it takes a rebuild.',
    wrong: [
      ['Another security group refers to blue', 'AWS would stop half way. Remove that rule first; the gate names it.'],
      ['You are not sure', 'Leave it. The release waits, today or tomorrow, and blue stays as your way back.'],
    ],
    look: ['That blue’s lane does not hold the plate.', 'That blue’s traffic is gone.'],
    more: ['standby', 'drain'],
  },
  outcome: {
    title: 'The end of a release',
    what: [
      'The journal is closed and nothing more is changed. Choose a step on the left to read its gates, proofs and evidence again.',
      'The report holds all of it, for your records or for an audit.',
    ],
    why: 'Somebody will ask one day what was released when, who waived what, and why.',
    wrong: [
      [
        'Something is wrong with the new version now',
        'Start a release with the version before. Or, within 42 days, rebuild the old environment with the button here.',
      ],
      ['The release was stopped', 'Whatever existed in AWS still does. Look whether an environment is left over.'],
    ],
    look: ['How long each step took.', 'Waived gates, if there are any.'],
    more: ['standby'],
  },
  'rollback-swap': {
    title: 'Swap back',
    what: [
      'The production URL moves back to blue, with the same swap as before. Green keeps running, for everybody who still has its address.',
    ],
    why: 'Blue was not touched by the release, so this is the quickest way to a state that is known to work.',
    wrong: [
      ['Blue is smaller than green', 'If it was shrunk meanwhile it must be able to carry the traffic first.'],
      [
        'Data was changed by the new version',
        'The swap moves users, not data. Ask your developers whether the old version can read it.',
      ],
    ],
    look: ['The plate, on its way back to blue’s lane.'],
  },
  'rollback-propagation': {
    title: 'Watch the users return',
    what: ['The roles are reversed: name servers must forget green now, and green’s traffic must run dry.'],
    why: 'It is a swap like the first, so the same patience is due before green is removed.',
    wrong: [
      [
        'It takes as long as the way forward',
        'Yes: it is a new TTL. Users reach one of the two all the time; nobody is cut off.',
      ],
    ],
    look: ['The strips turning to blue.', 'Green’s traffic in the lane above.'],
    more: ['resolvers', 'drain', 'closed-dns'],
  },
  'rollback-retire': {
    title: 'Remove green',
    what: ['Green is terminated with everything Elastic Beanstalk made for it. The production URL stays with blue.'],
    why: 'Green was made for this release only; kept, it costs money and confuses the next one.',
    wrong: [
      ['You want to look at green’s logs first', 'Do that before you go on: they go with it.'],
      ['An update is still running on it', 'It is aborted first, where AWS allows that.'],
    ],
    look: ['That the plate is on blue’s lane.'],
  },
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
