import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Gives memory back to the system that making a large account has used; V8 would keep it for later. */
export function spareMemory(): void {
  // Node has no other way to ask for it.
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') return
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
