import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
const TTL_SECONDS = 5
const LEAST_KEPT_SECONDS = 12
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
    }, 90_000)

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
      // Below those that are given to whoever asks for any: it cannot be taken until it is listened on.
      const port = 20_000 + (process.pid % 3_000) * 3 + running.length
      const path = join(folder, `${port}.conf`)
      const { config, command, args } = how(port, path)
      writeFileSync(path, config)
      const child = spawn(command, args, { stdio: 'ignore' })
      running.push(child)
      const server = { name, address: `127.0.0.1:${port}`, role: 'resolver' } as const
      for (let attempt = 0; attempt < 40; attempt += 1) {
        const answer = await dns.ask(server, ZONE, AbortSignal.timeout(20_000))
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

    interface Look {
      readonly side: string
      readonly ttlSeconds: number
      readonly askedAt: number
      readonly answeredAt: number
    }

    /** What each server says, by our own client and by dig, as close together as can be. */
    async function strip(): Promise<ReadonlyMap<string, Look>> {
      const found = new Map<string, Look>()
      for (const server of servers) {
        const askedAt = performance.now()
        const answer = await dns.ask(server, NAME, AbortSignal.timeout(10_000))
        const answeredAt = performance.now()
        const dug = await dig(server.address)
        const passed = Math.ceil((performance.now() - askedAt) / 1000)
        const ours = answer.kind === 'addresses' ? answer : { addresses: [], ttlSeconds: 0 }
        // Asked a moment apart: it may have begun anew only where its time ran out meanwhile.
        const isHeld = ours.ttlSeconds > passed
        const [least, most] = isHeld ? [ours.ttlSeconds - passed, ours.ttlSeconds] : [0, LEAST_KEPT_SECONDS]
        expect([server.name, isHeld ? [ours.addresses] : Object.values(sets)]).toEqual([
          server.name,
          expect.arrayContaining([dug.addresses]),
        ])
        expect(dug.ttlSeconds).toBeGreaterThanOrEqual(least)
        expect(dug.ttlSeconds).toBeLessThanOrEqual(most)
        found.set(server.name, { side: classify(answer, sets), ttlSeconds: ours.ttlSeconds, askedAt, answeredAt })
      }
      return found
    }

    const sidesIn = (found: ReadonlyMap<string, Look>) =>
      Object.fromEntries([...found].map(([name, { side }]) => [name, side]))

    it('the strip agrees with dig, from blue to green', { timeout: 60_000 }, async () => {
      const first = await strip()
      expect(sidesIn(first)).toEqual({
        zone: 'blue',
        unbound: 'blue',
        'unbound with cache-min-ttl': 'blue',
        bind: 'blue',
      })

      /** Blue as long as it must still have what it said first; whole seconds are told. */
      const kept = (name: string, now: ReadonlyMap<string, Look>) => {
        const [before, after] = [first.get(name), now.get(name)]
        const until = (before?.askedAt ?? 0) + ((before?.ttlSeconds ?? 0) - 1) * 1000
        return expect.stringMatching((after?.answeredAt ?? 0) < until ? /^blue$/ : /^(?:blue|green)$/)
      }
      live = 'green'
      const second = await strip()
      expect(sidesIn(second)).toEqual({
        zone: 'green',
        unbound: kept('unbound', second),
        'unbound with cache-min-ttl': kept('unbound with cache-min-ttl', second),
        bind: kept('bind', second),
      })
      await sleep((TTL_SECONDS + 1) * 1000)
      const third = await strip()
      expect(sidesIn(third)).toEqual({
        zone: 'green',
        unbound: 'green',
        // It keeps the old answer for longer than the TTL allows, and tells a TTL that says so.
        'unbound with cache-min-ttl': kept('unbound with cache-min-ttl', third),
        bind: 'green',
      })
      await sleep((LEAST_KEPT_SECONDS - TTL_SECONDS) * 1000)
      expect(new Set(Object.values(sidesIn(await strip())))).toEqual(new Set(['green']))
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
