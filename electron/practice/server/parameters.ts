import { validationError } from '../model/aws-error.ts'

/** The parameters of a Query request, read as lists and structures: `Filters.member.1.Name=x`. */
export interface Parameters {
  text(name: string): string | undefined
  /** The text; throws AWS's validation error when it is missing. */
  required(name: string): string
  flag(name: string): boolean | undefined
  /** Milliseconds since the epoch. */
  instant(name: string): number | undefined
  whole(name: string): number | undefined
  texts(name: string): readonly string[] | undefined
  structures(name: string): readonly Parameters[] | undefined
  structure(name: string): Parameters | undefined
}

/** A tree of what the flat names of a request say. */
type Tree = { [name: string]: Tree | string }

/** Reads the decoded name-value pairs of a request. */
export function readParameters(pairs: Iterable<readonly [string, string]>): Parameters {
  const tree: Tree = Object.create(null)
  for (const [name, value] of pairs) place(tree, name.split('.'), value)
  return parametersOf(tree)
}

/** Reads the members of a JSON object as parameters; what is not an object has none. */
export function parametersOfJson(value: unknown): Parameters {
  const tree = treeOf(value)
  return parametersOf(typeof tree === 'object' ? tree : Object.create(null))
}

function treeOf(value: unknown, depth = 0): Tree | string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object' || value === null || depth > 12) return ''
  const tree: Tree = Object.create(null)
  // An empty list is told from an empty structure by nothing but its text.
  if (Array.isArray(value) && value.length === 0) return ''
  for (const [name, member] of Object.entries(value)) {
    if (member !== null && member !== undefined)
      tree[Array.isArray(value) ? String(Number(name) + 1) : name] = treeOf(member, depth + 1)
  }
  return tree
}

function place(tree: Tree, path: readonly string[], value: string): void {
  const [head, ...rest] = path
  if (head === undefined || path.length > 12) return
  if (rest.length === 0) {
    tree[head] = value
    return
  }
  const existing = tree[head]
  const child: Tree = typeof existing === 'object' ? existing : Object.create(null)
  tree[head] = child
  place(child, rest, value)
}

function parametersOf(tree: Tree): Parameters {
  const text = (name: string): string | undefined => {
    const found = tree[name]
    return typeof found === 'string' ? found : undefined
  }
  return {
    text,
    required: (name) => {
      const found = text(name)
      if (found === undefined || found === '') {
        throw validationError(undefined, `${name.charAt(0).toLowerCase()}${name.slice(1)}`, 'Member must not be null')
      }
      return found
    },
    flag: (name) => {
      const found = text(name)
      if (found === undefined) return undefined
      if (/^(?:true|false)$/i.test(found)) return found.toLowerCase() === 'true'
      throw malformed(name, found)
    },
    instant: (name) => {
      const found = text(name)
      if (found === undefined) return undefined
      const instant = /^\d+(?:\.\d+)?$/.test(found) ? Number(found) * 1000 : Date.parse(found)
      if (Number.isNaN(instant)) throw malformed(name, found)
      return instant
    },
    whole: (name) => {
      const found = text(name)
      if (found === undefined) return undefined
      if (!/^-?\d{1,9}$/.test(found)) throw malformed(name, found)
      return Number(found)
    },
    texts: (name) => items(tree[name])?.filter((item) => typeof item === 'string'),
    structures: (name) =>
      items(tree[name])
        ?.filter((item) => typeof item === 'object')
        .map(parametersOf),
    structure: (name) => {
      const found = tree[name]
      return typeof found === 'object' ? parametersOf(found) : undefined
    },
  }
}

// Elastic Beanstalk takes `member` and `members`; RDS names the member after its type, EC2 leaves it out.
function items(found: Tree | string | undefined): readonly (Tree | string)[] | undefined {
  if (found === undefined) return undefined
  // An empty list is sent as a parameter without a value.
  if (typeof found === 'string') return []
  const names = Object.keys(found)
  if (names.every((name) => /^\d+$/.test(name))) {
    return names.toSorted((a, b) => Number(a) - Number(b)).flatMap((name) => found[name] ?? [])
  }
  const [only] = names
  return names.length === 1 && only !== undefined ? items(found[only]) : []
}

function malformed(name: string, value: string): Error {
  return validationError(value, name, 'Member must satisfy the type of the parameter')
}
