import { registerHooks } from 'node:module'
import { BREAKAGES, type Breakage } from './breaks.ts'

/** The breakage of a name; throws with the names there are. */
export function breakageNamed(name: string): Breakage {
  const found = BREAKAGES.find((each) => each.name === name)
  if (found === undefined)
    throw new Error(
      `There is no breakage “${name}”; there are:\n${BREAKAGES.map((each) => `  ${each.name}`).join('\n')}`,
    )
  return found
}

/** Has the app's source loaded with these mistakes in it, from now on in this process; the files stay as they are. */
export function breakSource({ name, edits }: Breakage): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const own = edits.filter(({ file }) => url.endsWith(`/electron/${file}`))
      if (own.length === 0) return loaded
      const source = own.reduce((text, edit) => edited(text, edit, name), textOf(loaded.source))
      return { ...loaded, source }
    },
  })
}

/** The source with one edit; throws where its text is not there exactly once. */
export function edited(source: string, { file, find, put }: Breakage['edits'][number], name: string): string {
  const parts = source.split(find)
  if (parts.length !== 2)
    throw new Error(`The breakage “${name}” is out of date: ${file} holds its text ${parts.length - 1} times:\n${find}`)
  return parts.join(put)
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined | null): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source ?? undefined)
}
