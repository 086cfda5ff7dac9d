import { Transform, type TransformCallback } from 'node:stream'
import { AwsError } from '../../model/aws-error.ts'

/** Takes the framing off a body in `aws-chunked` encoding: chunks with a length, then trailers. */
export interface ChunkDecoder {
  readonly stream: Transform
  /** The trailing headers, lower case; complete when the stream has ended. */
  trailers(): ReadonlyMap<string, string>
}

const LONGEST_LINE = 8_192

export function createChunkDecoder(): ChunkDecoder {
  const trailers = new Map<string, string>()
  let reading: 'length' | 'data' | 'end of data' | 'trailers' | 'nothing more' = 'length'
  let left = 0
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
  const takeLine = (complete: string): void => {
    if (reading === 'end of data') {
      if (complete !== '') throw malformed()
      reading = 'length'
    } else if (reading === 'length') {
      const [length = ''] = complete.split(';')
      if (!/^[0-9a-f]{1,8}$/i.test(length)) throw malformed()
      left = Number.parseInt(length, 16)
      reading = left === 0 ? 'trailers' : 'data'
    } else if (complete === '') {
      reading = 'nothing more'
    } else {
      const cut = complete.indexOf(':')
      if (cut > 0) trailers.set(complete.slice(0, cut).trim().toLowerCase(), complete.slice(cut + 1).trim())
    }
  }
  const decode = (chunk: Buffer, push: (data: Buffer) => void): void => {
    let position = 0
    while (position < chunk.length && reading !== 'nothing more') {
      if (reading === 'data') {
        const data = chunk.subarray(position, position + left)
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
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      try {
        decode(chunk, (data) => stream.push(data))
        done()
      } catch (error) {
        done(error instanceof Error ? error : malformed())
      }
    },
    flush(done) {
      const isComplete = reading === 'nothing more' || (reading === 'trailers' && line === '')
      done(isComplete ? null : new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400))
    },
  })
  return { stream, trailers: () => trailers }
}

function malformed(): AwsError {
  return new AwsError('InvalidRequest', 'The body is not in the aws-chunked encoding that its headers announce.', 400)
}
