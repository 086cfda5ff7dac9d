import yauzl from 'yauzl'
import type { EnvironmentManifest, PracticeFile } from '../model/records.ts'
import { DEFAULT_BEHAVIOUR } from '../model/versions.ts'
import { readManifest } from './manifest.ts'

const LARGEST_PRACTICE_FILE = 1_000_000

/** What is known of a bundle before an instance runs it. */
export interface InspectedBundle {
  readonly sound: boolean
  readonly behaviour: PracticeFile
  readonly manifest?: EnvironmentManifest
}

/** What a stored source bundle says about its version: whether it can be unpacked, and its `practice.json`. */
export async function inspectBundle(path: string): Promise<InspectedBundle> {
  try {
    const text = await readEntry(path, 'practice.json')
    const manifest = await readEntry(path, 'env.yaml')
    return {
      sound: true,
      behaviour: text === undefined ? DEFAULT_BEHAVIOUR : readPracticeFile(text),
      ...(manifest === undefined ? {} : { manifest: readManifest(manifest) }),
    }
  } catch {
    // Whatever is wrong with the archive, an instance could not unpack it either.
    return { sound: false, behaviour: DEFAULT_BEHAVIOUR }
  }
}

/** Reads a `practice.json`; members that are missing or of the wrong type have their defaults. */
function readPracticeFile(text: string): PracticeFile {
  const said = parse(text)
  const members: Readonly<Record<string, unknown>> = typeof said === 'object' && said !== null ? { ...said } : {}
  const number = (
    name: 'statusCode' | 'latencyMilliseconds' | 'errorRate' | 'startMilliseconds',
    least: number,
    most: number,
  ): number => {
    const value = members[name]
    return typeof value === 'number' && Number.isFinite(value)
      ? Math.min(most, Math.max(least, value))
      : DEFAULT_BEHAVIOUR[name]
  }
  const { body, versionHeader, deploy } = members
  return {
    statusCode: Math.round(number('statusCode', 200, 599)),
    latencyMilliseconds: number('latencyMilliseconds', 0, 600_000),
    errorRate: number('errorRate', 0, 1),
    startMilliseconds: number('startMilliseconds', 0, 3_600_000),
    deploy: deploy === 'fail' ? 'fail' : 'succeed',
    versionHeader:
      typeof versionHeader === 'string' && /^[A-Za-z0-9-]+$/.test(versionHeader) ? versionHeader : 'x-app-version',
    ...(typeof body === 'string' ? { body } : {}),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readEntry(path: string, name: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: true }, (error, archive) => {
      if (error !== null || archive === undefined) {
        reject(error ?? new Error('The bundle cannot be read.'))
        return
      }
      archive.on('error', reject)
      archive.on('end', () => resolve(undefined))
      archive.on('entry', (entry: yauzl.Entry) => {
        if (entry.fileName !== name || entry.uncompressedSize > LARGEST_PRACTICE_FILE) {
          archive.readEntry()
          return
        }
        archive.openReadStream(entry, (failure, stream) => {
          if (failure !== null || stream === undefined) {
            reject(failure ?? new Error('The bundle cannot be read.'))
            return
          }
          const parts: Buffer[] = []
          stream.on('data', (part: Buffer) => parts.push(part))
          stream.on('error', reject)
          stream.on('end', () => {
            archive.close()
            resolve(Buffer.concat(parts).toString('utf8'))
          })
        })
      })
      archive.readEntry()
    })
  })
}
