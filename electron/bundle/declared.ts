import type { DeclaredResource } from '../contract/models.ts'
import { type Extension, readExtension } from './extension.ts'

/**
 * What a bundle would create inside its environment that keeps data, by its `.ebextensions`; pure. Files that could
 * not be read or understood are named: what they declare is not known.
 */
export function declaredResources(extensions: readonly Extension[]): {
  readonly declared: readonly DeclaredResource[]
  readonly unread: readonly string[]
} {
  const read = extensions.map(readExtension)
  return {
    declared: read.flatMap(({ declared }) => declared),
    unread: [
      ...read.flatMap(({ name, unread }) => (unread === null ? [] : [name])),
      // What a nested stack or a macro creates cannot be seen from here.
      ...read.flatMap(({ declared }) =>
        declared.filter(({ kind }) => kind === 'unknown').map(({ file, type }) => `${file} (${type})`),
      ),
    ],
  }
}
