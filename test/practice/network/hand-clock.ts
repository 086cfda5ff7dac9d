import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, vi } from 'vitest'

/** As long as the users wait between two looks at what came due, milliseconds. */
const STEP_MILLISECONDS = 50
const STARTED = 'http.client.request.start'

const underWay = new Set<ClientRequest>()

function follow(message: unknown): void {
  const { request } = message as { readonly request: ClientRequest }
  underWay.add(request)
  request.once('close', () => underWay.delete(request))
}

/** Lets real time pass in each test of the file by `pass` alone, however long anything takes. Requests stay real. */
export function standStill(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
    subscribe(STARTED, follow)
  })
  afterEach(() => {
    unsubscribe(STARTED, follow)
    underWay.clear()
    vi.useRealTimers()
  })
}

/** Lets milliseconds pass, step by step, each when the requests of the one before have come to their end. */
export async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += STEP_MILLISECONDS) {
    vi.advanceTimersByTime(STEP_MILLISECONDS)
    // Who asked learns of the end a turn later, and may then have another one to make.
    for (let quiet = 0; quiet < 3; quiet = underWay.size === 0 ? quiet + 1 : 0) await turn()
  }
}
