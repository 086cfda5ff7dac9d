/** What AWS answers when it refuses: its code, HTTP status and text, as a client will read them. */
export class AwsError extends Error {
  readonly code: string
  readonly httpStatus: number

  constructor(code: string, message: string, httpStatus = 400) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.httpStatus = httpStatus
  }
}

/** Elastic Beanstalk's usual refusal. */
export function invalidParameterValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message)
}

/** The refusal of a request whose member is missing or malformed, in the words of AWS's request validation. */
export function validationError(value: string | undefined, member: string, constraint: string): AwsError {
  const shown = value === undefined ? 'null' : `'${value}'`
  return new AwsError(
    'ValidationError',
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}

/** The refusal of a downstream service's configuration check. */
export function configurationInvalid(message: string): AwsError {
  return new AwsError('ConfigurationValidationException', `Configuration validation exception: ${message}`)
}
