import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { parseSync } from 'vite'

/** The project's folder. */
export const root = dirname(import.meta.dirname)

/** One file naming another module, in whatever form. */
export interface Import {
  readonly from: string
  /** A file of the project relative to its folder, or a package's name as it was written. */
  readonly target: string
  readonly isLocal: boolean
  /** Erased when the code is built, so nothing is loaded. */
  readonly isTypeOnly: boolean
}

/** All source files of a folder, relative to the project's, with forward slashes. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted()
}

/** Everything a file imports: static, re-exported, bare, dynamic, as a type, or by `require`. */
export function importsOf(file: string): readonly Import[] {
  return findImports(file, readFileSync(join(root, file), 'utf8'))
}

/** The same, from a file's text. Throws where the text does not parse, or where a module's name is computed. */
export function findImports(file: string, text: string): readonly Import[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  return moduleNames(program).map(({ name, isTypeOnly }) => {
    if (name === undefined)
      throw new Error(`${file} imports a module whose name is computed, so no rule can hold for it`)
    const isLocal = name.startsWith('.')
    const target = isLocal ? posix.join(posix.dirname(file), name.replace(/\?.*$/, '')) : name
    return { from: file, target, isLocal, isTypeOnly }
  })
}

interface ModuleName {
  /** Absent where it is computed. */
  readonly name: string | undefined
  readonly isTypeOnly: boolean
}

function moduleNames(node: unknown): readonly ModuleName[] {
  if (typeof node !== 'object' || node === null) return []
  const inside = Object.values(node).flatMap((child) => moduleNames(child))
  const own = moduleName(node)
  return own === undefined ? inside : [own, ...inside]
}

function moduleName(node: object): ModuleName | undefined {
  switch (field(node, 'type')) {
    case 'ImportDeclaration':
      return { name: literal(field(node, 'source')), isTypeOnly: field(node, 'importKind') === 'type' }
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      if (!field(node, 'source')) return undefined
      return { name: literal(field(node, 'source')), isTypeOnly: field(node, 'exportKind') === 'type' }
    case 'ImportExpression':
      return { name: literal(field(node, 'source')), isTypeOnly: false }
    case 'TSImportType':
      return { name: literal(field(node, 'source')), isTypeOnly: true }
    case 'TSExternalModuleReference':
      return { name: literal(field(node, 'expression')), isTypeOnly: false }
    case 'CallExpression': {
      if (field(field(node, 'callee'), 'name') !== 'require') return undefined
      const given = field(node, 'arguments')
      return { name: literal(Array.isArray(given) ? given[0] : undefined), isTypeOnly: false }
    }
    default:
      return undefined
  }
}

function literal(node: unknown): string | undefined {
  const value = field(node, 'value')
  return field(node, 'type') === 'Literal' && typeof value === 'string' ? value : undefined
}

function field(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, name) : undefined
}
