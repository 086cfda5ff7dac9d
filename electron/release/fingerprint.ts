import type { Colour } from '../contract/models.ts'
import type { Fingerprint, HttpAnswer } from './world.ts'

type Answered = Extract<HttpAnswer, { kind: 'answer' }>

/** Fewer answers than this say nothing about what stays the same from one to the next. */
const FEWEST_ANSWERS = 2

/** Headers that differ from answer to answer, from address to address or by the moment, and never by the version. */
const NEVER_A_VERSION =
  /^(date|age|expires|etag|last-modified|set-cookie|content-length|content-type|content-encoding|transfer-encoding|connection|keep-alive|vary|via|location|server-timing|retry-after|traceparent|tracestate|content-security-policy.*|report-to|nel|alt-svc|cf-.*|x-cache.*|x-amz.*|x-amzn.*|x-served-by|x-timer|x-runtime|x-response-time.*|x-(request|correlation|trace|b3|transaction|session|csrf|instance|host|backend|server|node|pod).*|.*(request|trace|correlation|span)-?id)$/

const NAMES_A_VERSION = /version|release|build|revision|commit|deploy/

/**
 * How to tell blue's answers from green's: a header that stays the same on each side and differs between them, headers
 * that name a version first; else the body; else only the address dialled can tell, where the answer is as both gave it. Errors of a server are left out,
 * since they may come from the load balancer.
 */
export function agreeFingerprint(blue: readonly HttpAnswer[], green: readonly HttpAnswer[]): Fingerprint {
  const blueAnswers = blue.filter(isTelling)
  const greenAnswers = green.filter(isTelling)
  if (blueAnswers.length < FEWEST_ANSWERS || greenAnswers.length < FEWEST_ANSWERS) return { kind: 'address' }

  const names = Object.keys(blueAnswers[0]?.headers ?? {}).filter((name) => !NEVER_A_VERSION.test(name.toLowerCase()))
  for (const name of names.toSorted(byPromise)) {
    const blueValue = steady(blueAnswers, (answer) => answer.headers[name])
    const greenValue = steady(greenAnswers, (answer) => answer.headers[name])
    if (blueValue !== null && greenValue !== null && blueValue !== greenValue) {
      return { kind: 'header', name, blue: blueValue, green: greenValue }
    }
  }

  const blueBody = steady(blueAnswers, (answer) => answer.bodySha256)
  const greenBody = steady(greenAnswers, (answer) => answer.bodySha256)
  if (blueBody !== null && greenBody !== null && blueBody !== greenBody)
    return { kind: 'body', blue: blueBody, green: greenBody }
  const [status, ...others] = new Set([...blueAnswers, ...greenAnswers].map((answer) => answer.status))
  return {
    kind: 'address',
    ...(others.length > 0 ? {} : { status }),
    ...(blueBody === null || blueBody !== greenBody ? {} : { bodySha256: blueBody }),
  }
}

/**
 * Who answered; `other` is a sound answer of neither, `error` no answer or a server's error that names nobody. A mark of one side
 * at an address that only the other has names nobody: another hand may have deployed the same version there.
 */
export function whoAnswered(
  agreed: Fingerprint | undefined,
  answer: HttpAnswer,
  addresses: { readonly blue: readonly string[]; readonly green: readonly string[] },
): Colour | 'other' | 'error' {
  if (answer.kind === 'failure') return 'error'
  const nobody = answer.status >= 500 ? 'error' : 'other'
  // Where nothing was agreed, since the test never began, only the address can tell.
  const fingerprint: Fingerprint = agreed ?? { kind: 'address' }
  const isBlue = addresses.blue.includes(answer.address)
  const isGreen = addresses.green.includes(answer.address)
  const byAddress = isBlue === isGreen ? null : isBlue ? 'blue' : 'green'
  if (fingerprint.kind === 'address') {
    const { status = answer.status, bodySha256 = answer.bodySha256 } = fingerprint
    return byAddress !== null && answer.status === status && answer.bodySha256 === bodySha256 ? byAddress : nobody
  }
  const mark = fingerprint.kind === 'header' ? answer.headers[fingerprint.name] : answer.bodySha256
  const byMark = colourOf(mark, fingerprint)
  return byMark !== null && byMark === (byAddress ?? byMark) ? byMark : nobody
}

function colourOf(
  value: string | undefined,
  expected: { readonly blue: string; readonly green: string },
): Colour | null {
  if (value === expected.blue) return 'blue'
  return value === expected.green ? 'green' : null
}

function isTelling(answer: HttpAnswer): answer is Answered {
  return answer.kind === 'answer' && answer.status < 500
}

/** The value all answers agree on; null where one lacks it or differs. */
function steady(answers: readonly Answered[], read: (answer: Answered) => string | undefined): string | null {
  const first = answers[0] === undefined ? undefined : read(answers[0])
  if (first === undefined || first === '') return null
  return answers.every((answer) => read(answer) === first) ? first : null
}

/** Names that speak of a version first, then the application's own (`x-…`), each by the alphabet. */
function byPromise(a: string, b: string): number {
  return promise(a) - promise(b) || (a < b ? -1 : 1)
}

function promise(name: string): number {
  if (NAMES_A_VERSION.test(name)) return 0
  return name.startsWith('x-') ? 1 : 2
}
