import { readFile, stat } from 'node:fs/promises'
import yauzl from 'yauzl'
import type { EnvironmentManifest, ExtensionDatabase, PracticeFile } from '../model/records.ts'
import { DEFAULT_BEHAVIOUR } from '../model/versions.ts'
import { readDatabases, readManifest } from './manifest.ts'

const LARGEST_FILE = 1_000_000
const LARGEST_SINGLE_FILE = 65_536
const MOST_FILES = 200
const EXTENSION = /^\.ebextensions\/[^/]+\.(?:config|ya?ml|json)$/

/** What is known of a bundle before an instance runs it. */
export interface InspectedBundle {
  readonly sound: boolean
  readonly behaviour: PracticeFile
  readonly manifest?: EnvironmentManifest
  readonly databases?: readonly ExtensionDatabase[]
}

/** What a stored source bundle says about its version: whether it can be unpacked, and its `practice.json`. */
export async function inspectBundle(path: string): Promise<InspectedBundle> {
  try {
    const texts = await readEntries(
      path,
      (name) => name === 'practice.json' || name === 'env.yaml' || EXTENSION.test(name),
    )
    const text = texts.get('practice.json')
    const manifest = texts.get('env.yaml')
    const databases = [...texts].flatMap(([name, said]) => (EXTENSION.test(name) ? readDatabases(said) : []))
    return {
      sound: true,
      behaviour: text === undefined ? DEFAULT_BEHAVIOUR : readPracticeFile(text),
      ...(manifest === undefined ? {} : { manifest: readManifest(manifest) }),
      ...(databases.length === 0 ? {} : { databases }),
    }
  } catch {
    // Whatever is wrong with the archive, an instance could not unpack it either; Docker takes some files as they are.
    return { sound: await isForDocker(path), behaviour: DEFAULT_BEHAVIOUR }
  }
}

/** Whether this is a Dockerfile, a docker-compose.yml or a Dockerrun.aws.json by itself. */
async function isForDocker(path: string): Promise<boolean> {
  const { size } = await stat(path)
  if (size > LARGEST_SINGLE_FILE) return false
  const text = await readFile(path, 'utf8')
  return /^\s*(?:FROM|ARG)\s|^services\s*:|"AWSEBDockerrunVersion"\s*:/m.test(text) && !/[\0\ufffd]/.test(text)
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

/** The texts of the entries whose names are wanted. */
function readEntries(path: string, isWanted: (name: string) => boolean): Promise<ReadonlyMap<string, string>> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: true }, (error, archive) => {
      if (error !== null || archive === undefined) {
        reject(error ?? new Error('The bundle cannot be read.'))
        return
      }
      const texts = new Map<string, string>()
      archive.on('error', reject)
      archive.on('end', () => resolve(texts))
      archive.on('entry', (entry: yauzl.Entry) => {
        if (!isWanted(entry.fileName) || entry.uncompressedSize > LARGEST_FILE || texts.size >= MOST_FILES) {
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
            texts.set(entry.fileName, Buffer.concat(parts).toString('utf8'))
            archive.readEntry()
          })
        })
      })
      archive.readEntry()
    })
  })
}
