import type { EnvironmentManifest, ExtensionDatabase, Setting } from '../model/records.ts'

/** A line of a manifest, taken apart. */
interface Line {
  readonly indent: number
  readonly key: string
  readonly value: string
}

type Node = string | { readonly [key: string]: Node }

/** Reads a bundle's `env.yaml`: the plain mappings of which Elastic Beanstalk's manifests consist. */
export function readManifest(text: string): EnvironmentManifest {
  const lines = text.split(/\r?\n/).flatMap(readLine)
  const { node } = readBlock(lines, 0, 0)
  const member = (name: string): string | undefined => {
    const value = node[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const tier = mapping(node['EnvironmentTier'])['Name']
  return {
    environmentName: member('EnvironmentName'),
    solutionStack: member('SolutionStack'),
    cnamePrefix: member('CName')?.replace(/\+$/, ''),
    tier: tier === 'Worker' ? 'Worker' : 'WebServer',
    links: Object.entries(mapping(node['EnvironmentLinks'])).flatMap(([linkName, environmentName]) =>
      typeof environmentName === 'string' ? [{ linkName, environmentName }] : [],
    ),
    settings: Object.entries(mapping(node['OptionSettings'])).flatMap(([namespace, options]) =>
      Object.entries(mapping(options)).flatMap(([optionName, value]): readonly Setting[] =>
        typeof value === 'string' ? [{ namespace, optionName, value }] : [],
      ),
    ),
  }
}

/** The database instances among the `Resources` of a file of `.ebextensions`, in YAML or JSON. */
export function readDatabases(text: string): readonly ExtensionDatabase[] {
  const resources = mapping(
    mapping(readJson(text) ?? readBlock(text.split(/\r?\n/).flatMap(readLine), 0, 0).node)['Resources'],
  )
  return Object.entries(resources).flatMap(([logicalId, resource]): readonly ExtensionDatabase[] => {
    const { Type: type, DeletionPolicy: policy, Properties: properties } = mapping(resource)
    if (type !== 'AWS::RDS::DBInstance' || !/^[A-Za-z0-9]+$/.test(logicalId)) return []
    const engine = mapping(properties)['Engine']
    // Without a policy CloudFormation takes a snapshot of a database instance before it deletes it.
    const deletionPolicy = policy === 'Delete' || policy === 'Retain' ? policy : 'Snapshot'
    return [{ logicalId, engine: typeof engine === 'string' && engine !== '' ? engine : 'mysql', deletionPolicy }]
  })
}

function readJson(text: string): Node | undefined {
  try {
    const said: unknown = JSON.parse(text)
    return typeof said === 'object' && said !== null ? (said as Node) : undefined
  } catch {
    return undefined
  }
}

function readLine(text: string): readonly Line[] {
  const match = /^( *)("[^"]+"|'[^']+'|[^\s#][^#]*?)\s*:(?:\s+(.*?))?\s*$/.exec(text)
  if (match === null || text.trimStart().startsWith('#')) return []
  const [, indent = '', key = '', value = ''] = match
  return [{ indent: indent.length, key: unquote(key), value: unquote(value.replace(/\s+#.*$/, '')) }]
}

function readBlock(
  lines: readonly Line[],
  start: number,
  indent: number,
): { readonly node: { readonly [key: string]: Node }; readonly next: number } {
  const node: Record<string, Node> = Object.create(null)
  let index = start
  for (let line = lines[index]; line !== undefined && line.indent >= indent; line = lines[index]) {
    index += 1
    const following = lines[index]
    if (line.value === '' && following !== undefined && following.indent > line.indent) {
      const block = readBlock(lines, index, following.indent)
      node[line.key] = block.node
      index = block.next
    } else node[line.key] = line.value
  }
  return { node, next: index }
}

function mapping(node: Node | undefined): { readonly [key: string]: Node } {
  return typeof node === 'object' && node !== null ? node : {}
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text
}
