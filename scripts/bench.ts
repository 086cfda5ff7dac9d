import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { _electron, type ElectronApplication } from 'playwright'
import { testIds } from '../renderer/test-ids.ts'
import { benchBundle } from './bench-bundle.ts'
import { benchDns } from './bench-dns.ts'
import { benchJournal } from './bench-journal.ts'
import { benchMany } from './bench-many.ts'
import { benchPractice } from './bench-practice.ts'

/** What `npm run bench` measures; every figure that matters is a ratio of two things measured in the same run. */
const benches = {
  startup: benchStartup,
  release: benchRelease,
  practice: benchPractice,
  journal: benchJournal,
  many: () => benchMany(Number(values.speed)),
  bundle: benchBundle,
  dns: benchDns,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '7' },
    speed: { type: 'string', default: '60' },
  },
})
const chosen = positionals.length === 0 ? Object.keys(benches) : positionals
const results: Record<string, unknown> = {}
for (const name of chosen) {
  const bench = benches[name as keyof typeof benches]
  if (!bench) {
    console.error(`There is no bench “${name}”; there are: ${Object.keys(benches).join(', ')}`)
    process.exit(2)
  }
  console.error(`Measuring ${name} …`)
  results[name] = await bench()
}
console.log(JSON.stringify(results, null, values.json ? 2 : 1))
process.exit()

interface Start {
  /** Real milliseconds after the process was spawned. */
  readonly firstPaint: number
  readonly usable: number
  /** Proportional memory of all its processes in MiB (shared pages counted once). */
  readonly memory: number
}

/** Spawn to first paint, to a usable first screen, and idle memory: Signalbox against a window with nothing in it. */
async function benchStartup() {
  const runs = Number(values.runs)
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const blank = join(folder, 'blank')
  await mkdir(blank)
  await writeFile(join(blank, 'package.json'), '{"name":"blank","main":"main.js"}')
  await writeFile(
    join(blank, 'main.js'),
    `const { app, BrowserWindow } = require('electron')
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, show: false, webPreferences: { sandbox: true } })
  window.once('ready-to-show', () => window.show())
  window.loadFile('index.html')
})`,
  )
  await writeFile(join(blank, 'index.html'), '<!doctype html><title>blank</title><p data-testid="usable">blank</p>')
  const root = new URL('..', import.meta.url).pathname
  const measured: Record<'signalbox' | 'blank', Start[]> = { signalbox: [], blank: [] }
  try {
    // In turns, so that whatever else the machine does meets both; the first of each fills caches and is dropped.
    for (let run = 0; run <= runs; run += 1) {
      const ours = await start(root, join(folder, 'data-signalbox'), testIds.connectButton)
      const theirs = await start(blank, join(folder, 'data-blank'), 'usable')
      if (run === 0) continue
      measured.signalbox.push(ours)
      measured.blank.push(theirs)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const of = (starts: readonly Start[]) => ({
    firstPaint: median(starts.map(({ firstPaint }) => firstPaint)),
    usable: median(starts.map(({ usable }) => usable)),
    memory: median(starts.map(({ memory }) => memory)),
  })
  const [signalbox, empty] = [of(measured.signalbox), of(measured.blank)]
  return {
    runs,
    milliseconds: { signalbox, blank: empty },
    ratios: {
      firstPaint: ratio(signalbox.firstPaint, empty.firstPaint),
      usable: ratio(signalbox.usable, empty.usable),
      memory: ratio(signalbox.memory, empty.memory),
    },
    aims: { usable: 1.5, memory: 1.5 },
  }
}

async function start(folder: string, userData: string, usableId: string): Promise<Start> {
  const withoutSandbox = process.env['SIGNALBOX_NO_SANDBOX'] === '1'
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env
  const spawned = Date.now()
  const application = await _electron.launch({
    args: [folder, `--user-data-dir=${userData}`, ...(withoutSandbox ? ['--no-sandbox'] : [])],
    chromiumSandbox: !withoutSandbox,
    env: inherited as Record<string, string>,
  })
  const page = await application.firstWindow()
  await page.getByTestId(usableId).waitFor()
  const usable = Date.now() - spawned
  const painted = await page.evaluate(async () => {
    const seen = () => performance.getEntriesByType('paint')[0]?.startTime
    while (seen() === undefined) await new Promise((resolve) => requestAnimationFrame(resolve))
    return performance.timeOrigin + (seen() ?? 0)
  })
  await page.waitForTimeout(1500)
  const memory = await memoryOf(application)
  await application.close()
  return { firstPaint: painted - spawned, usable, memory }
}

/** PSS of the whole process tree where the system tells it (Linux), else the sum of working sets. */
async function memoryOf(application: ElectronApplication): Promise<number> {
  const metrics = await application.evaluate(({ app }) =>
    app.getAppMetrics().map(({ pid, memory }) => ({ pid, kilobytes: memory.workingSetSize })),
  )
  const sizes = await Promise.all(
    metrics.map(async ({ pid, kilobytes }) => {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
      return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? kilobytes)
    }),
  )
  return sizes.reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024
}

/** A rehearsed release: its account time against what its operations and its own waits need, and what it asks of AWS. */
async function benchRelease() {
  const summary = JSON.parse(await rehearsal()) as {
    readonly accountSeconds: number
    readonly apiCalls: number
    readonly operations: readonly {
      readonly kind: string
      readonly seconds: number
      readonly environmentName: string
    }[]
    readonly steps: readonly { readonly step: string; readonly accountSeconds: number | null }[]
  }
  const own = summary.operations
    .filter(({ environmentName }) => environmentName.startsWith('shop-production'))
    .reduce((sum, { seconds }) => sum + seconds, 0)
  // What the operator asked to wait for: five minutes of bake, an hour of soak (the app's defaults).
  const waits = 300 + 3600
  return {
    speed: Number(values.speed),
    accountSeconds: summary.accountSeconds,
    operationSeconds: own,
    waitSeconds: waits,
    apiCalls: summary.apiCalls,
    steps: Object.fromEntries(summary.steps.map(({ step, accountSeconds }) => [step, accountSeconds])),
    ratios: {
      wall: ratio(summary.accountSeconds, own + waits),
      callsPerSecond: ratio(summary.apiCalls, summary.accountSeconds),
    },
    aims: { wall: 1.15, callsPerSecond: 1 },
  }
}

function rehearsal(): Promise<string> {
  const child = spawn(
    process.execPath,
    [new URL('rehearse.ts', import.meta.url).pathname, '--json', '--speed', values.speed],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      code === 0 ? resolve(said) : reject(new Error(`The rehearsal ended with code ${code}`)),
    )
  })
}

function median(numbers: readonly number[]): number {
  return Math.round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0)
}

function ratio(a: number, b: number): number {
  return Math.round((a / b) * 1000) / 1000
}
