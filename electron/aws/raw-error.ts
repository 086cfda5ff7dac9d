/** What can be read off whatever an AWS client threw: its code, text, HTTP status and request id. */
export interface RawError {
  /** AWS's own error code, or the name of the thrown error. */
  readonly code: string
  /** Node's code of a failed connection (`ECONNREFUSED`, …); empty without one. */
  readonly systemCode: string
  readonly message: string
  /** Null where no answer of a service was read. */
  readonly httpStatus: number | null
  readonly requestId: string | null
}

/** Reads any thrown value; never throws itself. */
export function readRawError(thrown: unknown): RawError {
  const metadata = member(thrown, '$metadata')
  const body = member(thrown, 'Error')
  const name = text(member(thrown, 'name'))
  const code = isOwnName(name) ? name : (text(member(body, 'Code')) ?? text(member(thrown, 'Code')) ?? name ?? '')
  return {
    code,
    systemCode: systemCodeOf(thrown, 0),
    message:
      text(member(thrown, 'message')) ?? text(member(body, 'Message')) ?? (typeof thrown === 'string' ? thrown : ''),
    httpStatus:
      wholeNumber(member(metadata, 'httpStatusCode')) ?? wholeNumber(member(member(thrown, '$response'), 'statusCode')),
    requestId: text(member(metadata, 'requestId')) ?? text(member(thrown, 'RequestId')) ?? null,
  }
}

/** A code such as `ECONNRESET` sits on the error itself, on its cause, or on one of an AggregateError's errors. */
function systemCodeOf(thrown: unknown, depth: number): string {
  if (depth > 4) return ''
  const code = text(member(thrown, 'code'))
  if (code !== null && /^(E[A-Z_]+|CERT_[A-Z_]+|[A-Z]+(_[A-Z0-9]+)+)$/.test(code)) return code
  const errors = member(thrown, 'errors')
  const inner = Array.isArray(errors) && errors.length > 0 ? systemCodeOf(errors[0], depth + 1) : ''
  if (inner !== '') return inner
  const cause = member(thrown, 'cause')
  return cause === undefined || cause === null ? '' : systemCodeOf(cause, depth + 1)
}

function isOwnName(name: string | null): name is string {
  return name !== null && name !== '' && name !== 'Error' && name !== 'UnknownError' && name !== 'Unknown'
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    return Reflect.get(value, key)
  } catch {
    return undefined
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null
}
