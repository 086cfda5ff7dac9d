import {
  createQuestion,
  type Exchange,
  FORMAT_ERROR,
  NOT_IMPLEMENTED,
  type Question,
  type QuestionType,
} from './question.ts'
import type { ServerAddress } from './server-address.ts'
import { type Heard, overHttps, overTcp, overUdp } from './transports.ts'

/** Real time. */
export interface Patience {
  readonly tryMilliseconds: number
  readonly tries: number
}

export const PATIENCE: Patience = { tryMilliseconds: 2_000, tries: 2 }

export interface ExchangeOptions {
  readonly patience?: Patience | undefined
  /** PEM; whom to trust over HTTPS instead of the system's own. */
  readonly certificateAuthority?: string | undefined
  /** Whether the server is to find out itself; true where nothing is said. */
  readonly recursion?: boolean | undefined
}

interface Asking {
  readonly server: ServerAddress
  readonly name: string
  readonly type: QuestionType
  readonly signal: AbortSignal
  readonly patience: Patience
  readonly recursion: boolean
  readonly certificateAuthority: string | undefined
}

/**
 * One question to one server: UDP with a random id, from a random port, its letters in random case; TCP where the reply
 * was truncated or UDP brings nothing. Rejects only with the signal's reason.
 */
export async function exchange(
  server: ServerAddress,
  name: string,
  type: QuestionType,
  signal: AbortSignal,
  options: ExchangeOptions = {},
): Promise<Exchange> {
  const { patience = PATIENCE, recursion = true, certificateAuthority } = options
  const asking: Asking = { server, name, type, signal, patience, recursion, certificateAuthority }
  if (createQuestion(name, type, { extended: false, mixedCase: false, recursion }) === null)
    return { kind: 'malformed', detail: `“${name}” cannot be asked for in DNS` }
  return server.transport === 'udp' ? byDatagrams(asking) : byConnections(asking)
}

async function byDatagrams(asking: Asking): Promise<Exchange> {
  const { server, signal, patience } = asking
  let mixedCase = true
  let question = questionFor(asking, true, mixedCase)
  const tcp = (): Promise<Exchange> => overTcp(server, question, signal, patience.tryMilliseconds)
  const heard = await untilHeard(asking, async function attempt(extended, isLast): Promise<Settled> {
    question = questionFor(asking, extended, mixedCase)
    const said = isLast ? await overBoth(asking, question, mixedCase) : await ask(asking, question, mixedCase)
    if (said.kind !== 'recased') return said
    // A server that does not keep the case is believed over TCP, or without the game where it has none.
    const certain = await tcp()
    if (certain.kind === 'reply') return certain
    signal.throwIfAborted()
    mixedCase = false
    return attempt(extended, isLast)
  })
  return heard.kind === 'truncated' ? tcp() : heard
}

type Settled = Exclude<Heard, { readonly kind: 'recased' }>

/** Asks as often as there is patience for, until anything but silence is heard. */
async function untilHeard<T extends Settled>(
  { signal, patience }: Asking,
  attempt: (extended: boolean, isLast: boolean) => Promise<T>,
): Promise<T | Exchange> {
  let result: T | Exchange = { kind: 'silent', detail: 'No answer' }
  let extended = true
  for (let left = patience.tries; left > 0 && result.kind === 'silent'; left -= 1) {
    signal.throwIfAborted()
    result = await attempt(extended, left === 1)
    if (!extended || !isBeforeExtensions(result)) continue
    extended = false
    signal.throwIfAborted()
    result = await attempt(extended, left === 1)
  }
  return result
}

function ask({ server, signal, patience }: Asking, question: Question, mixedCase: boolean): Promise<Heard> {
  return overUdp(server, question, signal, patience.tryMilliseconds, mixedCase)
}

/** The last try goes over TCP as well, for servers that are reached by it only; what speaks first counts. */
async function overBoth(asking: Asking, question: Question, mixedCase: boolean): Promise<Heard> {
  const over = new AbortController()
  const both = { ...asking, signal: AbortSignal.any([asking.signal, over.signal]) }
  const udp = ask(both, question, mixedCase)
  const tcp = overTcp(both.server, question, both.signal, both.patience.tryMilliseconds)
  try {
    const first = await Promise.race([udp, tcp])
    if (first.kind !== 'silent') return first
    const second = await tcp
    return second.kind === 'silent' ? await udp : second
  } finally {
    over.abort()
    await Promise.allSettled([udp, tcp])
  }
}

/** Over TCP or HTTPS by choice. */
function byConnections(asking: Asking): Promise<Exchange> {
  const { server, signal, patience, certificateAuthority } = asking
  return untilHeard(asking, (extended) => {
    const question = questionFor(asking, extended, false)
    return server.transport === 'tcp'
      ? overTcp(server, question, signal, patience.tryMilliseconds)
      : overHttps(server, question, signal, patience.tryMilliseconds, certificateAuthority)
  })
}

function questionFor({ name, type, recursion }: Asking, extended: boolean, mixedCase: boolean): Question {
  const question = createQuestion(name, type, { extended, mixedCase, recursion })
  if (question === null) throw new Error('A name that could be asked for cannot any more')
  return question
}

/** A server from before EDNS (RFC 6891, 7) is asked again without. */
function isBeforeExtensions(heard: Heard): boolean {
  return heard.kind === 'reply' && (heard.responseCode === FORMAT_ERROR || heard.responseCode === NOT_IMPLEMENTED)
}
