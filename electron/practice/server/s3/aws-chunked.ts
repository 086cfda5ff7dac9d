import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { AwsError } from '../../model/aws-error.ts'

/** Takes the framing off a body in `aws-chunked` encoding: chunks with a length, then trailers. */
export interface ChunkDecoder {
  readonly stream: Transform
  /** The trailing headers, lower case; complete when the stream has ended. */
  trailers(): ReadonlyMap<string, string>
  /** What was wrong with the framing or a signature; once something was, the rest of the body is passed over. */
  failure(): Error | undefined
}

/** Signs each chunk by what it holds and by the signature before it. */
export interface ChunkSigner {
  /** The signature that the next chunk must have; `hash`: of its data, SHA-256 in hexadecimal. */
  chunk(hash: string): string
  /** The signature of the trailers after the last chunk. */
  trailer(hash: string): string
}

const LONGEST_LINE = 8_192
const SIGNATURE = 'chunk-signature='
const TRAILER_SIGNATURE = 'x-amz-trailer-signature'

/** With a signer, every chunk must carry the signature that it is given here. */
export function createChunkDecoder(signer?: ChunkSigner): ChunkDecoder {
  const trailers = new Map<string, string>()
  let reading: 'length' | 'data' | 'end of data' | 'trailers' | 'nothing more' = 'length'
  let left = 0
  let signature = ''
  let hash = createHash('sha256')
  let signedTrailers = ''
  let line = ''

  /** Takes one byte of a line; answers the line when it is complete. */
  const takeByte = (byte: number): string | undefined => {
    line += String.fromCharCode(byte)
    if (line.length > LONGEST_LINE) throw malformed()
    if (!line.endsWith('\r\n')) return undefined
    const complete = line.slice(0, -2)
    line = ''
    return complete
  }
  const checkChunk = (): void => {
    if (signer === undefined) return
    if (signer.chunk(hash.digest('hex')) !== signature) throw wrongSignature()
    hash = createHash('sha256')
  }
  const checkTrailers = (): void => {
    if (signer === undefined || trailers.size === 0) return
    const expected = signer.trailer(createHash('sha256').update(signedTrailers).digest('hex'))
    if (trailers.get(TRAILER_SIGNATURE) !== expected) throw wrongSignature()
  }
  const takeLine = (complete: string): void => {
    if (reading === 'end of data') {
      if (complete !== '') throw malformed()
      checkChunk()
      reading = 'length'
    } else if (reading === 'length') {
      const [length = '', ...extensions] = complete.split(';')
      signature = extensions.find((text) => text.startsWith(SIGNATURE))?.slice(SIGNATURE.length) ?? ''
      if (!/^[0-9a-f]{1,8}$/i.test(length)) throw malformed()
      left = Number.parseInt(length, 16)
      reading = left === 0 ? 'trailers' : 'data'
      if (left === 0) checkChunk()
    } else if (complete === '') {
      checkTrailers()
      reading = 'nothing more'
    } else {
      const cut = complete.indexOf(':')
      const name = complete.slice(0, cut).trim().toLowerCase()
      const value = complete.slice(cut + 1).trim()
      if (cut > 0) trailers.set(name, value)
      if (cut > 0 && name !== TRAILER_SIGNATURE) signedTrailers += `${name}:${value}\n`
    }
  }
  const decode = (chunk: Buffer, push: (data: Buffer) => void): void => {
    let position = 0
    while (position < chunk.length && reading !== 'nothing more') {
      if (reading === 'data') {
        const data = chunk.subarray(position, position + left)
        if (signer !== undefined) hash.update(data)
        push(data)
        position += data.length
        left -= data.length
        if (left === 0) reading = 'end of data'
        continue
      }
      const complete = takeByte(chunk[position] ?? 0)
      position += 1
      if (complete !== undefined) takeLine(complete)
    }
  }
  // A stream that fails would take the connection with it, and the client would never learn why.
  let failure: Error | undefined
  const orFail = (run: () => void): void => {
    try {
      if (failure === undefined) run()
    } catch (error) {
      failure = error instanceof Error ? error : malformed()
    }
  }
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      orFail(() => decode(chunk, (data) => stream.push(data)))
      done()
    },
    flush(done) {
      orFail(() => {
        if (reading === 'trailers' && line === '') checkTrailers()
        else if (reading !== 'nothing more')
          throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400)
      })
      done()
    },
  })
  return { stream, trailers: () => trailers, failure: () => failure }
}

function wrongSignature(): AwsError {
  return new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
  )
}

function malformed(): AwsError {
  return new AwsError('InvalidRequest', 'The body is not in the aws-chunked encoding that its headers announce.', 400)
}
