import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDns } from '../../electron/dns/panel.ts'
import { classify } from '../../electron/release/sightings.ts'
import type { DnsServer } from '../../electron/release/world.ts'
import { AUTHORITATIVE_ANSWER, a, type Liar, nameIn, reply, startLiar } from './liar.ts'

const ZONE = 'signalbox.example'
const NAME = `shop.${ZONE}`
const TTL_SECONDS = 3
const LEAST_KEPT_SECONDS = 8
const sets = { blue: ['198.51.100.1', '198.51.100.2'], green: ['203.0.113.1'] }

const missing = ['unbound', 'named', 'dig'].filter((name) => spawnSync(name, ['-v']).error !== undefined)

describe.skipIf(missing.length > 0)(
  `Debian’s unbound and bind9 (missing here: ${missing.join(', ') || 'none'})`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-dns-'))
    const running: ChildProcess[] = []
    const servers: DnsServer[] = []
    let zone: Liar
    let live: 'blue' | 'green' = 'blue'
    const dns = createDns({ servers, patience: { tryMilliseconds: 1_500, tries: 2 } })

    beforeAll(async () => {
      // Servers that drop their rights must still be able to read what is theirs.
      chmodSync(folder, 0o755)
      zone = await startLiar((query) => {
        const isOurs = nameIn(query) === NAME && query.questions?.[0]?.type === 'A'
        return [
          reply(query, isOurs ? sets[live].map((address) => a(NAME, address, TTL_SECONDS)) : [], {
            flags: AUTHORITATIVE_ANSWER,
            authorities: isOurs ? [] : [SOA],
          }),
        ]
      })
      servers.push({ name: 'zone', address: zone.address, role: 'authoritative' })
      await startResolver('unbound', unbound(0))
      await startResolver('unbound with cache-min-ttl', unbound(LEAST_KEPT_SECONDS))
      await startResolver('bind', named)
    }, 30_000)

    afterAll(async () => {
      await Promise.all(
        running.map((child) => {
          const ended = new Promise((resolve) => child.once('exit', resolve))
          return child.kill('SIGKILL') ? ended : Promise.resolve()
        }),
      )
      await zone?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    async function startResolver(
      name: string,
      how: (port: number, path: string) => { config: string; command: string; args: readonly string[] },
    ): Promise<void> {
      const port = await freePort()
      const path = join(folder, `${port}.conf`)
      const { config, command, args } = how(port, path)
      writeFileSync(path, config)
      const child = spawn(command, args, { stdio: 'ignore' })
      running.push(child)
      const server = { name, address: `127.0.0.1:${port}`, role: 'resolver' } as const
      for (let attempt = 0; attempt < 40; attempt += 1) {
        const answer = await dns.ask(server, ZONE, AbortSignal.timeout(5_000))
        if (answer.kind === 'no-address') break
        await sleep(200)
      }
      servers.push(server)
    }

    function unbound(leastKept: number) {
      return (port: number, path: string) => ({
        config: `server:
  interface: 127.0.0.1
  port: ${port}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
  num-threads: 1
  cache-min-ttl: ${leastKept}
stub-zone:
  name: "${ZONE}"
  stub-addr: 127.0.0.1@${zone.port}
remote-control:
  control-enable: no
`,
        command: 'unbound',
        args: ['-d', '-c', path],
      })
    }

    function named(port: number, path: string) {
      return {
        config: `options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  lock-file none;
  recursion yes;
  allow-recursion { any; };
  dnssec-validation no;
};
controls { };
zone "${ZONE}" { type forward; forward only; forwarders { 127.0.0.1 port ${zone.port}; }; };
`,
        command: 'named',
        args: ['-g', '-n', '1', '-c', path],
      }
    }

    /** What each server says, by our own client and by dig, as close together as can be. */
    async function strip(): Promise<Readonly<Record<string, string>>> {
      const found: Record<string, string> = {}
      for (const server of servers) {
        const answer = await dns.ask(server, NAME, AbortSignal.timeout(10_000))
        const dug = await dig(server.address)
        const ours = answer.kind === 'addresses' ? answer : { addresses: [], ttlSeconds: 0 }
        expect([server.name, ...ours.addresses]).toEqual([server.name, ...dug.addresses])
        // Asked a moment apart: one of the two may have seen the next second already.
        expect([0, 1]).toContain(ours.ttlSeconds - dug.ttlSeconds)
        found[server.name] = classify(answer, sets)
      }
      return found
    }

    it('the strip agrees with dig, from blue to green', { timeout: 40_000 }, async () => {
      const all = { zone: 'blue', unbound: 'blue', 'unbound with cache-min-ttl': 'blue', bind: 'blue' }
      expect(await strip()).toEqual(all)
      live = 'green'
      expect(await strip()).toEqual({ ...all, zone: 'green' })
      await sleep((TTL_SECONDS + 1) * 1000)
      // It keeps the old answer for longer than the TTL allows, and tells a TTL that says so.
      expect(await strip()).toEqual({ ...all, zone: 'green', unbound: 'green', bind: 'green' })
      await sleep((LEAST_KEPT_SECONDS - TTL_SECONDS) * 1000)
      expect(new Set(Object.values(await strip()))).toEqual(new Set(['green']))
    })
  },
)

const SOA = {
  type: 'SOA',
  class: 'IN',
  name: ZONE,
  ttl: 1,
  data: { mname: `ns.${ZONE}`, rname: `root.${ZONE}`, serial: 1, refresh: 60, retry: 60, expire: 60, minimum: 1 },
} as const

async function dig(address: string): Promise<{ readonly addresses: readonly string[]; readonly ttlSeconds: number }> {
  const [host = '', port = ''] = address.split(':')
  const { stdout } = await promisify(execFile)('dig', [
    `@${host}`,
    '-p',
    port,
    NAME,
    'A',
    '+noall',
    '+answer',
    '+time=3',
  ])
  const rows = stdout
    .split('\n')
    .filter((line) => line.includes('\tA\t') || / A /.test(line))
    .map((line) => line.split(/\s+/))
  return {
    addresses: rows.map((row) => row[4] ?? '').toSorted(),
    ttlSeconds: Math.min(...rows.map((row) => Number(row[1]))),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
