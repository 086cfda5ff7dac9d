import type { StepId } from '../../electron/contract/steps.ts'
import { type HelpTopic, type Page, pages } from './pages.ts'

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
  | Page

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
  ...pages,
}
