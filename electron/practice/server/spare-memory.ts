import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collector: ((options: object) => void) | undefined

/** Gives memory back to the system that making a large account has used; V8 would keep it for later. */
export function spareMemory(): void {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/**
 * Lets go of what was read of a stream and is done with, in about a millisecond. Buffers lie outside of V8's heap: it
 * would let some 65 MB of them gather first.
 */
export function sweepBuffers(): void {
  collect({ type: 'minor', execution: 'sync' })
}

function collect(options: object): void {
  if (collector === undefined) {
    // Node has no other way to ask for it.
    setFlagsFromString('--expose-gc')
    const found: unknown = runInNewContext('gc')
    collector = typeof found === 'function' ? (given) => void found(given) : () => {}
  }
  collector(options)
}
