import type { IncomingMessage } from 'node:http'
import { AwsError } from '../model/aws-error.ts'
import { type Parameters, parametersOfJson } from './parameters.ts'

/** The operation an AWS JSON request names in its `X-Amz-Target`; undefined: it is no such request. */
export function targetedOperation(request: IncomingMessage): string | undefined {
  const target = request.headers['x-amz-target']
  return typeof target === 'string' ? /^[\w]+\.(\w+)$/.exec(target)?.[1] : undefined
}

/** The parameters of an AWS JSON request. */
export function readJsonBody(body: string): Parameters {
  try {
    return parametersOfJson(JSON.parse(body === '' ? '{}' : body))
  } catch {
    throw new AwsError('SerializationException', 'Unexpected token: the request body is no JSON object.')
  }
}

/** What an AWS JSON client is told of a refusal: the name of the error's shape, and for those that used to speak Query its old code. */
export function jsonRefusal(
  code: string,
  message: string,
  type: 'Sender' | 'Receiver',
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const shape = SHAPES[code] ?? code
  return {
    body: JSON.stringify({ __type: `com.amazonaws.cloudwatch#${shape}`, message }),
    headers: { 'x-amzn-query-error': `${code};${type}` },
  }
}

const SHAPES: Readonly<Record<string, string>> = {
  InvalidParameterValue: 'InvalidParameterValueException',
  InvalidParameterCombination: 'InvalidParameterCombinationException',
  MissingParameter: 'MissingRequiredParameterException',
  InternalFailure: 'InternalServiceFault',
}
