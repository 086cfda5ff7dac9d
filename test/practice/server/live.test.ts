import { createSocket } from 'node:dgram'
import { request } from 'node:http'
import { CreateEnvironmentCommand, DescribeEnvironmentHealthCommand } from '@aws-sdk/client-elastic-beanstalk'
import { decode, encode } from 'dns-packet'
import { expect, describe as group, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { clientsOf, named } from './clients.ts'

const practice = await practiceOfFile({ speed: 60, users: true })
const clients = clientsOf(practice)

function resolve(server: string, name: string): Promise<readonly string[]> {
  const [host = '', port = ''] = server.split(':')
  return new Promise((answer, fail) => {
    const socket = createSocket('udp4')
    socket.on('error', fail)
    socket.on('message', (message) => {
      socket.close()
      answer((decode(message).answers ?? []).flatMap((record) => (record.type === 'A' ? [record.data] : [])).toSorted())
    })
    socket.send(encode({ type: 'query', id: 7, flags: 256, questions: [{ type: 'A', name }] }), Number(port), host)
  })
}

function get(address: string, host: string): Promise<{ readonly version: string | undefined; readonly body: string }> {
  const [hostname, port] = (practice.dial[`${address}:80`] ?? '').split(':')
  return new Promise((answer, fail) => {
    request({ hostname, port, headers: { host } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        answer({ version: response.headers['x-app-version']?.toString(), body: Buffer.concat(chunks).toString() }),
      )
    })
      .on('error', fail)
      .end()
  })
}

group('the network of the account', () => {
  it('resolves the production name, serves the version and counts what users ask for', async () => {
    const name = 'shop.eu-central-1.elasticbeanstalk.com'
    const addresses = await resolve(practice.dns.authoritative, name)
    expect(addresses).toEqual(['192.0.2.10', '192.0.2.11'])
    const page = await get(addresses[0] ?? '', name)
    expect(page.version).toBe('1.4.2')
    expect(page.body).toContain('1.4.2')
    await expect
      .poll(
        async () => {
          const { ApplicationMetrics } = await clients.beanstalk.send(
            new DescribeEnvironmentHealthCommand({ EnvironmentName: 'shop-production', AttributeNames: ['All'] }),
          )
          return ApplicationMetrics?.RequestCount ?? 0
        },
        { timeout: 15_000, interval: 100 },
      )
      .toBeGreaterThan(50)
  })

  it('answers the other addresses once another hand has swapped the names', async () => {
    const { authoritative } = practice.dns
    const production = await named(clients.beanstalk, 'shop-production')
    expect(await resolve(authoritative, production.EndpointURL ?? '')).toEqual(
      await resolve(authoritative, production.CNAME ?? ''),
    )
    await clients.beanstalk.send(
      new CreateEnvironmentCommand({
        ApplicationName: 'shop',
        EnvironmentName: 'shop-other',
        CNAMEPrefix: 'shop-other',
        PlatformArn: production.PlatformArn,
        VersionLabel: '1.4.1',
      }),
    )
    await practice.control('/clock', { jumpSeconds: 400 })
    const other = await named(clients.beanstalk, 'shop-other')
    await practice.control('/drift', { action: 'swap', environment: 'shop-production', with: 'shop-other' })
    await practice.control('/clock', { jumpSeconds: 6 })
    const addresses = await resolve(authoritative, production.CNAME ?? '')
    expect(addresses).toEqual(await resolve(authoritative, other.EndpointURL ?? ''))
    const dial = await practice.control<Record<string, string>>('/dial')
    const answer = await fetch(`http://${dial[`${addresses[0]}:80`]}/`)
    expect(answer.headers.get('x-app-version')).toBe('1.4.1')
  })

  it('answers a name from before 2016 with the addresses behind its CNAME record', async () => {
    expect(await resolve(practice.dns.authoritative, 'reports.elasticbeanstalk.com')).toEqual([
      '192.0.2.14',
      '192.0.2.15',
    ])
  })
})
