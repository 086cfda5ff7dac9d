import { connect as beginSession, constants } from 'node:http2'
import { Agent, request } from 'node:https'
import { isIP, isIPv6 } from 'node:net'
import type { Readable } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'

/** One message on its way; each call but `begun` ends it. */
interface Post {
  readonly path: string
  readonly packet: Buffer
  /** The head of the answer, and its body, to be read to the end or let go of. */
  begun(status: number, type: string | undefined, body: Readable): void
  failed(error: Error): void
}

/** A connection to one server that stays open for the next messages. */
export interface HttpsLine {
  /**
   * Posts a message as soon as the line is open. What comes back lets go of it; where that is before the answer was
   * whole, nothing more goes over this line, which may lead nowhere by now.
   */
  post(post: Post): (isWhole: boolean) => void
}

export const MESSAGE_TYPE = 'application/dns-message'

const IDLE_MILLISECONDS = 30_000

/** Kept for a while: a handshake for each question would cost the server more than the question. */
const lines = new Map<string, HttpsLine>()

/**
 * The line to a server: one session of HTTP/2 where it speaks that, as some speak nothing else (RFC 8484, 5.2, calls
 * it the least), else HTTP/1.1 on a few connections.
 */
export function lineTo(
  host: string,
  port: number,
  certificateAuthority: string | undefined,
  idleMilliseconds = IDLE_MILLISECONDS,
): HttpsLine {
  const key = `${host} ${port} ${certificateAuthority ?? ''}`
  const known = lines.get(key)
  if (known !== undefined) return known
  const made = open({ host, port, certificateAuthority, idleMilliseconds }, () => {
    if (lines.get(key) === made) lines.delete(key)
  })
  lines.set(key, made)
  return made
}

interface Far {
  readonly host: string
  readonly port: number
  readonly certificateAuthority: string | undefined
  readonly idleMilliseconds: number
}

function open(far: Far, forget: () => void): HttpsLine {
  const waiting = new Map<Post, (letGo: (isWhole: boolean) => void) => void>()
  let way: HttpsLine | null = null
  const { host, port } = far
  const socket = connect({
    host,
    port,
    ALPNProtocols: ['h2', 'http/1.1'],
    ...trustOf(far),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  })
  function end(error: Error): void {
    if (way !== null) return
    forget()
    socket.destroy()
    const left = [...waiting.keys()]
    waiting.clear()
    for (const post of left) post.failed(error)
  }
  socket.on('error', end)
  socket.on('close', () => end(new Error('The connection was closed in the middle of its handshake')))
  socket.on('secureConnect', () => {
    const opened = socket.alpnProtocol === 'h2' ? bySession(socket, far, forget) : byAgent(socket, far, forget)
    way = opened
    for (const [post, begun] of waiting) begun(opened.post(post))
    waiting.clear()
  })
  return {
    post(post) {
      if (way !== null) return way.post(post)
      let letGo: ((isWhole: boolean) => void) | null = null
      waiting.set(post, (begun) => {
        letGo = begun
      })
      return (isWhole) => {
        if (letGo !== null) return letGo(isWhole)
        waiting.delete(post)
        // Whoever comes next begins a handshake of their own: this one has lasted long enough.
        if (waiting.size === 0) end(new Error('Nobody waits for it any more'))
      }
    },
  }
}

function trustOf({ certificateAuthority }: Far): { readonly ca?: string } {
  return certificateAuthority === undefined ? {} : { ca: certificateAuthority }
}

/** HTTP/2: any number of messages at once on this one connection. */
function bySession(socket: TLSSocket, { host, port, idleMilliseconds }: Far, forget: () => void): HttpsLine {
  const session = beginSession(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`, {
    createConnection: () => socket,
    settings: { enablePush: false },
  })
  let underWay = 0
  let isLeft = false
  function leave(): void {
    isLeft = true
    forget()
    if (underWay > 0) return
    session.destroy()
    // A session that was sent away would wait for the server to hang up as well.
    socket.destroy()
  }
  session.on('error', leave)
  session.on('goaway', leave)
  session.on('close', leave)
  session.setTimeout(idleMilliseconds, leave)
  session.unref()
  return {
    post(post) {
      if (session.closed || session.destroyed) {
        leave()
        post.failed(new Error('The connection was closed'))
        return () => {}
      }
      underWay += 1
      const stream = session.request({
        ':method': 'POST',
        ':path': post.path,
        accept: MESSAGE_TYPE,
        'content-type': MESSAGE_TYPE,
        'content-length': post.packet.length,
      })
      stream.on('response', (headers) => post.begun(headers[':status'] ?? 0, headers['content-type'], stream))
      const brokenOff = () => post.failed(new Error('The connection was closed without a whole answer'))
      stream.on('error', (error) => post.failed(error))
      // A stream that is given up ends like a whole one: this hears of it before whoever reads the body does.
      stream.on('end', () => {
        if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) brokenOff()
      })
      stream.on('close', () => {
        underWay -= 1
        if (isLeft) leave()
        brokenOff()
      })
      stream.end(post.packet)
      return (isWhole) => {
        if (isWhole) return
        stream.close(constants.NGHTTP2_CANCEL)
        leave()
      }
    },
  }
}

/** Goes on with a connection that is open already before it opens others. */
class LineAgent extends Agent {
  #spare: TLSSocket | null = null

  giveFirst(socket: TLSSocket): void {
    this.#spare = socket
    socket.once('close', () => {
      this.#spare = null
    })
  }

  override createConnection(...how: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    const spare = this.#spare
    this.#spare = null
    return spare ?? super.createConnection(...how)
  }
}

/** HTTP/1.1: one message at a time on each of a few connections. */
function byAgent(socket: TLSSocket, far: Far, forget: () => void): HttpsLine {
  const { host, port, idleMilliseconds: timeout } = far
  const agent = new LineAgent({ keepAlive: true, maxSockets: 4, timeout, ...trustOf(far) })
  agent.giveFirst(socket)
  // The server may have been replaced meanwhile by one that speaks otherwise: the next handshake asks it anew.
  socket.once('close', forget)
  return {
    post(post) {
      const asked = request(
        {
          host,
          port,
          path: post.path,
          method: 'POST',
          agent,
          headers: { accept: MESSAGE_TYPE, 'content-type': MESSAGE_TYPE, 'content-length': post.packet.length },
        },
        (response) => post.begun(response.statusCode ?? 0, response.headers['content-type'], response),
      )
      asked.on('error', (error) => {
        forget()
        post.failed(error)
      })
      asked.end(post.packet)
      return (isWhole) => {
        // A whole answer leaves its connection to the next question.
        if (isWhole) return
        asked.destroy()
        forget()
      }
    },
  }
}
