/**
 * Makes the practice account's sample bundles in resources/bundles. Run by hand after a change:
 * `ELECTRON_RUN_AS_NODE=1 npx electron scripts/make-practice-bundles.ts`. The same source makes the same bytes.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

interface Sample {
  readonly version: string
  readonly suffix: string
  readonly description: string
  readonly news: string
  readonly behaviour: Readonly<Record<string, unknown>>
}

const SAMPLES: readonly Sample[] = [
  {
    version: '1.5.0',
    suffix: '',
    description: 'A good release: it deploys, and it answers.',
    news: 'Wish lists are here.',
    behaviour: {},
  },
  {
    version: '1.5.1',
    suffix: '-fails-to-deploy',
    description: 'Fails to deploy: green ends Ready and Green, but on the old version. See how Signalbox notices.',
    news: 'Gift cards are here.',
    behaviour: { deploy: 'fail' },
  },
  {
    version: '1.5.2',
    suffix: '-answers-errors',
    description: 'Deploys, but answers three requests in ten with an error. The test step is there to catch it.',
    news: 'A faster basket.',
    behaviour: { errorRate: 0.3 },
  },
]

/** What a Node.js platform would start; the practice account goes by `practice.json` instead. */
const SERVER = `import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const page = readFileSync(new URL('index.html', import.meta.url))
createServer((request, response) => response.end(page)).listen(process.env.PORT ?? 8080)
`
/** The same as in the versions the account was handed over with. */
const OPTIONS = 'option_settings:\n  aws:elasticbeanstalk:environment:proxy:\n    ProxyServer: nginx\n'

/** Local noon: the DOS time in a ZIP has no zone, so that every machine writes the same. */
const WRITTEN_AT = new Date(2026, 0, 5, 12, 0, 0)
const folder = join(import.meta.dirname, '..', 'resources', 'bundles')

await mkdir(folder, { recursive: true })
for (const sample of SAMPLES) await makeBundle(sample)
const index = SAMPLES.map((sample) => ({
  fileName: fileNameOf(sample),
  versionLabel: sample.version,
  description: sample.description,
}))
await writeFile(join(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`)

async function makeBundle(sample: Sample): Promise<void> {
  const page = pageOf(sample)
  const zip = new ZipFile()
  const add = (name: string, text: string): void =>
    zip.addBuffer(Buffer.from(text), name, { mtime: WRITTEN_AT, mode: 0o100644, forceDosTimestamp: true })
  add('index.html', page)
  add(
    'practice.json',
    `${JSON.stringify({ versionHeader: 'x-app-version', ...sample.behaviour, body: page }, null, 2)}\n`,
  )
  add(
    'package.json',
    `${JSON.stringify({ name: 'shop', version: sample.version, scripts: { start: 'node server.js' } }, null, 2)}\n`,
  )
  add('server.js', SERVER)
  add('.ebextensions/options.config', OPTIONS)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(join(folder, fileNameOf(sample))))
}

function fileNameOf(sample: Sample): string {
  return `shop-${sample.version}${sample.suffix}.zip`
}

function pageOf(sample: Sample): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop ${sample.version}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 36rem; padding: 0 1.5rem; color: #16191f; background: #fff }
  h1 { font-size: 2.5rem; margin: 0 }
  .version { color: #0972d3; font-weight: 600 }
  ul { padding-left: 1.2rem }
  @media (prefers-color-scheme: dark) { body { color: #e9ebed; background: #16191f } .version { color: #539fe5 } }
</style>
</head>
<body>
<h1>Shop</h1>
<p class="version">version ${sample.version}</p>
<p>${sample.news}</p>
<ul><li>Boots</li><li>Lanterns</li><li>Timetables</li></ul>
</body>
</html>
`
}
