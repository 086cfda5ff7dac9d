import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { STEP_IDS } from '../electron/contract/steps.ts'
import { findImports, type Import, importsOf, root, sourceFiles } from './imports.ts'

interface Room {
  /** Rooms it may import. */
  readonly rooms?: readonly string[]
  /** Rooms it may import types from. */
  readonly types?: readonly string[]
  /** Packages it may import; `@scope/*` for all of a scope. */
  readonly packages?: readonly string[]
  /** Whether it may use what Node brings. */
  readonly node?: boolean
  /** Single files it may import from a room that is otherwise closed to it. */
  readonly files?: readonly string[]
  /** Rooms it may import values from, where no package comes along. */
  readonly bare?: readonly string[]
}

/** Who may import whom (docs/architecture.md, the rooms). A room may always import itself. */
const rooms: Readonly<Record<string, Room>> = {
  contract: { packages: ['zod'] },
  release: { rooms: ['contract'] },
  aws: { rooms: ['contract'], types: ['release'], packages: ['@aws-sdk/*', '@smithy/*'], node: true },
  account: { rooms: ['contract'], types: ['release'], packages: ['@aws-sdk/*', '@smithy/*', 'zod'], node: true },
  bundle: { rooms: ['contract'], types: ['release'], packages: ['yaml'], node: true },
  dns: { rooms: ['contract'], types: ['release'], packages: ['dns-packet'], node: true },
  probe: { rooms: ['contract'], types: ['release'], node: true },
  journal: { rooms: ['contract'], types: ['release'], packages: ['zod'], node: true },
  // A report is read from a journal in the one way there is: its replay.
  report: { rooms: ['contract'], types: ['release'], node: true, files: ['electron/release/state.ts'] },
  practice: { rooms: ['practice/model', 'practice/server'], node: true },
  'practice/model': { types: ['practice'] },
  'practice/server': { rooms: ['practice', 'practice/model'], packages: ['dns-packet', 'yauzl'], node: true },
  preload: { packages: ['electron'], files: ['electron/contract/bridge.ts'] },
  shell: { rooms: ['contract', 'release'], packages: ['electron', 'zod'], node: true },
  main: {
    rooms: ['shell', 'contract', 'release', 'aws', 'account', 'bundle', 'dns', 'probe', 'journal', 'report'],
    packages: ['electron', 'zod'],
    node: true,
  },
  renderer: {
    types: ['contract'],
    // What the contract parses with (zod) is main's; in the page it would only be weight.
    bare: ['contract'],
    packages: ['react', 'react-dom', 'zustand', '@cloudscape-design/*'],
  },
}

const files = ['electron', 'renderer'].flatMap((folder) => sourceFiles(folder))
const imports = files.flatMap((file) => importsOf(file))

describe('rooms', () => {
  it('gives every file a room of the table', () => {
    expect(files.filter((file) => rooms[roomOf(file)] === undefined)).toEqual([])
  })

  it('lets a room import only what the table says', () => {
    expect(imports.filter((found) => !isAllowed(found)).map(describeImport)).toEqual([])
  })

  it('imports only files that are there', () => {
    const missing = imports.filter(({ isLocal, target }) => isLocal && !existsSync(join(root, target)))
    expect(missing.map(describeImport)).toEqual([])
  })

  it('has no cycles between files', () => {
    expect(findCycles(imports)).toEqual([])
  })

  it('keeps the steps apart: none imports another', () => {
    const sideways = imports.filter(({ from, target }) => isStep(from) && isStep(target))
    expect(sideways.map(describeImport)).toEqual([])
  })
})

describe('the reading of imports', () => {
  it.each([
    ["import { a } from 'yauzl'", 'yauzl', false],
    ["import 'yauzl'", 'yauzl', false],
    ["export * from 'yauzl'", 'yauzl', false],
    ["export { a } from 'yauzl'", 'yauzl', false],
    ["const a = await import('yauzl')", 'yauzl', false],
    ["const a = require('yauzl')", 'yauzl', false],
    ["import { type A } from 'yauzl'", 'yauzl', false],
    ["import type { A } from 'yauzl'", 'yauzl', true],
    ["export type { A } from 'yauzl'", 'yauzl', true],
    ["let a: import('yauzl').A", 'yauzl', true],
    ["import '../dns/query.ts'", 'electron/dns/query.ts', false],
  ])('understands %s', (text, target, isTypeOnly) => {
    expect(findImports('electron/aws/x.ts', text)).toEqual([
      { from: 'electron/aws/x.ts', target, isLocal: target.startsWith('electron/'), isTypeOnly },
    ])
  })

  it('refuses a computed name', () => {
    expect(() => findImports('electron/aws/x.ts', 'await import(name)')).toThrow(/computed/)
  })

  it.each([
    ['electron/release/gates.ts', "import '../aws/client.ts'"],
    ['electron/release/gates.ts', "import type { Client } from '../aws/client.ts'"],
    ['electron/release/gates.ts', "import 'node:fs'"],
    ['electron/aws/client.ts', "import { World } from '../release/world.ts'"],
    ['electron/dns/panel.ts', "import '../probe/check.ts'"],
    ['electron/probe/check.ts', "import '@aws-sdk/client-s3'"],
    ['electron/journal/file.ts', "import { app } from 'electron'"],
    ['electron/main.ts', "import './practice/main.ts'"],
    ['electron/practice/server/server.ts', "import '../../contract/models.ts'"],
    ['electron/practice/model/model.ts', "import '../server/server.ts'"],
    ['electron/preload.ts', "import { calls } from './contract/contract.ts'"],
    ['electron/window.ts', "import { Journal } from './journal/journal.ts'"],
    ['renderer/main.tsx', "import { calls } from '../electron/contract/contract.ts'"],
    ['renderer/main.tsx', "import type { Gate } from '../electron/release/gates.ts'"],
  ])('has a rule against this in %s: %s', (from, text) => {
    expect(findImports(from, text).map(isAllowed)).toEqual([false])
  })
})

function roomOf(file: string): string {
  if (file.startsWith('renderer/')) return 'renderer'
  const practice = /^electron\/(practice\/(?:model|server))\//.exec(file)
  if (practice?.[1] !== undefined) return practice[1]
  const folder = /^electron\/([^/]+)\//.exec(file)
  if (folder?.[1] !== undefined) return folder[1]
  if (file === 'electron/main.ts' || file === 'electron/connections.ts') return 'main'
  return file === 'electron/preload.ts' ? 'preload' : 'shell'
}

/** Whether this is one step's half, in the code or on the screen; both are named by the step's id. */
function isStep(file: string): boolean {
  const name = /^(?:electron\/release|renderer)\/steps\/(\w+)\.tsx?$/.exec(file)?.[1]?.toLowerCase()
  return STEP_IDS.some((id) => id === name)
}

function isAllowed({ from, target, isLocal, isTypeOnly }: Import): boolean {
  const own = roomOf(from)
  const room = rooms[own]
  if (room === undefined) return false
  if (!isLocal) {
    if (target.startsWith('node:')) return room.node === true
    return (room.packages ?? []).some((allowed) => matchesPackage(target, allowed))
  }
  const other = roomOf(target)
  if (other === own || room.rooms?.includes(other) || room.files?.includes(target)) return true
  if (isTypeOnly) return room.types?.includes(other) === true
  return room.bare?.includes(other) === true && !reachesPackage(target)
}

/** Whether a file, or one that it loads, loads a package. */
function reachesPackage(file: string, visited = new Set<string>()): boolean {
  if (visited.has(file)) return false
  visited.add(file)
  const loaded = imports.filter(({ from, isTypeOnly }) => from === file && !isTypeOnly)
  return loaded.some(({ isLocal, target }) => !isLocal || reachesPackage(target, visited))
}

function matchesPackage(target: string, allowed: string): boolean {
  if (allowed.endsWith('/*')) return target.startsWith(allowed.slice(0, -1))
  return target === allowed || target.startsWith(`${allowed}/`)
}

function describeImport({ from, target, isTypeOnly }: Import): string {
  return `${from} imports ${isTypeOnly ? 'types from ' : ''}${target}`
}

function findCycles(all: readonly Import[]): readonly string[] {
  const targets = Map.groupBy(
    all.filter(({ isLocal }) => isLocal),
    ({ from }) => from,
  )
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (path.includes(file) || finished.has(file)) return
    for (const { target } of targets.get(file) ?? []) visit(target, [...path, file])
    finished.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return cycles
}
