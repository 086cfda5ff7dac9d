import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron'
import * as z from 'zod'
import { CHANNEL_PREFIX, EVENT_CHANNEL } from './contract/bridge.ts'
import { type CallName, calls, type Events, type Output, type Parsed, type Reply } from './contract/contract.ts'
import { type Problem, problem, problemOf, SignalboxError } from './contract/problem.ts'
import { ORIGIN } from './protocol.ts'

/** One handler for each call of the contract; a missing, extra or mistyped one does not compile. */
export type Handlers = { readonly [Name in CallName]: (input: Parsed<Name>) => Promise<Output<Name>> | Output<Name> }

/** Answers every call of the contract: sender checked, input parsed, whatever is thrown answered as a whole problem. */
export function answerCalls(handlers: Handlers): void {
  for (const name of Object.keys(calls) as CallName[]) {
    const handle = handlers[name] as (input: unknown) => unknown
    ipcMain.removeHandler(CHANNEL_PREFIX + name)
    ipcMain.handle(CHANNEL_PREFIX + name, async (event, input: unknown): Promise<Reply<unknown>> => {
      try {
        checkSender(event)
        const parsed = calls[name].input.safeParse(input)
        if (!parsed.success) throw badInput(parsed.error)
        return { ok: true, value: await handle(parsed.data) }
      } catch (thrown) {
        const found = problemOf(thrown)
        if (found.code === 'unexpected') console.error(`${name}:`, thrown)
        return { ok: false, problem: found }
      }
    })
  }
}

/** Answers every call with the problem that keeps the app from working; the question for the start tries once more. */
export function refuseCalls(problem: Problem, begin: () => Handlers): void {
  const refuse = () => Promise.reject(new SignalboxError(problem))
  const names = Object.keys(calls) as CallName[]
  answerCalls({
    ...(Object.fromEntries(names.map((name) => [name, refuse])) as unknown as Handlers),
    getStart: (input) => begin().getStart(input),
  })
}

/** Tells the window; a window that is going away hears nothing more. */
export function tell<Name extends keyof Events>(window: BrowserWindow, name: Name, payload: Events[Name]): void {
  if (!window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, payload)
}

/** Only the main frame of our own page may ask. */
function checkSender({ senderFrame }: IpcMainInvokeEvent): void {
  if (!senderFrame || senderFrame.parent !== null || senderFrame.origin !== ORIGIN) {
    throw problem('bad-input', 'A page that is not Signalbox asked for something', { meaning: 'It was refused.' })
  }
}

function badInput(error: z.ZodError) {
  return problem('bad-input', error.issues[0]?.message ?? 'That cannot be understood', {
    meaning: 'Nothing was changed.',
    remedy: 'Correct it, then try again.',
    detail: z.prettifyError(error),
  })
}
