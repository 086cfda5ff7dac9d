import { once } from 'node:events'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sites, startSites } from '../../../electron/practice/server/network/sites.ts'
import { split } from './dns-client.ts'
import { BLUE, type FakeAccount, fakeAccount, instance, seededRandom, site } from './fake-source.ts'

let account: FakeAccount
let sites: Sites

beforeEach(async () => {
  account = fakeAccount()
  sites = await startSites(account.source, seededRandom())
})
afterEach(() => sites.close())

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const portOf = (address: string) => split(sites.dial()[`${address}:80`] ?? '').port

async function get(
  address: string,
  options: { method?: string; headers?: Record<string, string>; agent?: Agent } = {},
): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port: portOf(address), agent: false, ...options })
  outgoing.end()
  const [response] = await once(outgoing, 'response')
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, headers: response.headers, body }
}

const serve = (...instances: Parameters<typeof site>[3]) => {
  account.sites = [site(BLUE, 'shop-production', ['192.0.2.10'], instances)]
}

describe('the environments', () => {
  it('answer at each of their addresses with their version, whatever host is asked for', async () => {
    const blue = await get('192.0.2.11', { headers: { host: 'shop.example' } })
    const green = await get('198.51.100.20')
    expect(blue).toMatchObject({ status: 200, headers: { 'x-app-version': '1.4.1' } })
    expect(blue.body).toContain('<h1>version 1.4.1</h1>')
    expect(green.body.replaceAll('1.4.2', '1.4.1')).toBe(blue.body)
    expect(blue.headers['date']).toBe(new Date(account.source.clock.now()).toUTCString())
    expect(account.served.get(BLUE)).toEqual(new Map([[200, 1]]))
  })

  it('take their instances in turn and leave out one that starts', async () => {
    serve(instance('i-1', 'old'), instance('i-2', 'new'), instance('i-3', 'starting', { answers: false }))
    const versions: unknown[] = []
    for (let index = 0; index < 4; index += 1) versions.push((await get('192.0.2.10')).headers['x-app-version'])
    expect(versions).toEqual(['old', 'new', 'old', 'new'])
  })

  it('answer as their load balancer does while no instance can', async () => {
    serve(instance('i-1', '1', { answers: false }))
    expect(await get('192.0.2.10')).toMatchObject({ status: 502, headers: { server: 'awselb/2.0' } })
    serve()
    expect((await get('192.0.2.10')).body).toContain('503 Service Temporarily Unavailable')
    expect(account.served.get(BLUE)).toEqual(
      new Map([
        [502, 1],
        [503, 1],
      ]),
    )
  })

  it('do what the bundle says: status, body, header, errors', async () => {
    serve(instance('i-1', 'v<2>', { statusCode: 418, body: '<p>tea</p>', versionHeader: 'x-release' }))
    expect(await get('192.0.2.10')).toMatchObject({ status: 418, body: '<p>tea</p>', headers: { 'x-release': 'v<2>' } })
    serve(instance('i-1', 'v<2>', { versionHeader: 'no header\r\n' }))
    expect((await get('192.0.2.10')).body).toContain('version v&#60;2&#62;')
    serve(instance('i-1', '1', { statusCode: 99_999 }))
    expect((await get('192.0.2.10')).status).toBe(500)
    serve(instance('i-1', '1', { errorRate: 0.5 }))
    const statuses = await Promise.all(Array.from({ length: 40 }, () => get('192.0.2.10')))
    const failed = statuses.filter((answer) => answer.status === 500).length
    expect(failed).toBeGreaterThan(8)
    expect(failed).toBeLessThan(32)
  })

  it('send no body to HEAD', async () => {
    const head = await get('192.0.2.10', { method: 'HEAD' })
    expect(head.body).toBe('')
    expect(Number(head.headers['content-length'])).toBeGreaterThan(200)
  })

  it('take their latency in account time', async () => {
    serve(instance('i-1', '1', { latencyMilliseconds: 20_000 }))
    account.setSpeed(200)
    const start = performance.now()
    await get('192.0.2.10')
    const took = performance.now() - start
    expect(took).toBeGreaterThan(70)
    // By our own clock it would be 16 seconds at least.
    expect(took).toBeLessThan(15_000)
  })

  it('count a request once, unless the users themselves say how many it stands for', async () => {
    await get('192.0.2.10', { headers: { 'x-practice-users': 'guess 1000' } })
    await get('192.0.2.10', { headers: { ...sites.usersHeader(40) } })
    expect(account.requests(BLUE)).toBe(41)
  })

  it('appear with their address and vanish with it, resetting its connections', async () => {
    const agent = new Agent({ keepAlive: true })
    await get('192.0.2.10', { agent })
    const port = portOf('192.0.2.10')
    const idle = connect(port, '127.0.0.1')
    await once(idle, 'connect')
    const reset = once(idle, 'error')
    account.sites = [site('e-third', 'third', ['203.0.113.5'], [instance('i-9', '3')])]
    await sites.refresh()
    expect(Object.keys(sites.dial())).toEqual(['203.0.113.5:80'])
    expect((await reset)[0]).toMatchObject({ code: 'ECONNRESET' })
    expect((await get('203.0.113.5')).status).toBe(200)
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    agent.destroy()
  })

  it('survive what is no HTTP', async () => {
    const socket = connect(portOf('192.0.2.10'), '127.0.0.1')
    socket.write('\u0016\u0003\u0001 no http at all\r\n\r\n')
    expect(String((await once(socket, 'data'))[0])).toContain('400 Bad Request')
    socket.destroy()
    expect((await get('192.0.2.10')).status).toBe(200)
  })
})
