import type { Bridge } from '../electron/contract/bridge.ts'
import type { CallName, Events, Input, Output, Reply } from '../electron/contract/contract.ts'
import { SignalboxError } from '../electron/contract/problem.ts'

declare global {
  interface Window {
    readonly signalbox: Bridge
  }
}

/** Asks main; throws a `SignalboxError` that carries the whole problem when main answers with one. */
export async function call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
  // What main answers is ours and typed by the contract; parsing it again would bring zod into the page.
  const reply = (await window.signalbox.call(name, input)) as Reply<Output<Name>>
  if (!reply.ok) throw new SignalboxError(reply.problem)
  return reply.value
}

type Listeners = { readonly [Name in keyof Events]: (payload: Events[Name]) => void }

/** Hears every event of the contract; returns the function that stops listening. */
export function listen(listeners: Listeners): () => void {
  return window.signalbox.listen((name, payload) => {
    if (!isEvent(listeners, name)) return
    const listener = listeners[name] as (payload: unknown) => void
    listener(payload)
  })
}

function isEvent(listeners: Listeners, name: string): name is keyof Events {
  return Object.hasOwn(listeners, name)
}
