import type { Entry } from '../../electron/contract/entries.ts'
import { QUESTION_IDS } from '../../electron/contract/independence.ts'
import { type Gate, isOpen, type ReleaseView, type StepView } from '../../electron/contract/models.ts'
import { STEP_IDS, type StepId } from '../../electron/contract/steps.ts'
import type { Account } from '../../electron/practice/model/account.ts'
import type { LeverInput, RunningRelease } from '../../electron/release/running.ts'
import { bundle, SETTINGS, SHRINKING } from './begin.ts'
import { PRODUCTION } from './door/account.ts'
import type { History, Wish } from './history.ts'

/** Something pressed on the screen. */
export type Pressed = (running: RunningRelease) => Promise<unknown>

/** Account milliseconds without progress after which the operator tries something else, mildest first. */
const PATIENCE = { waive: 9 * 60_000, ask: 12 * 60_000, retry: 15 * 60_000, turnBack: 20 * 60_000, stop: 30 * 60_000 }
/** A lever that was refused so often is left alone until something has changed. */
const MOST_THROWS = 3
/** A release that takes longer than this is given up. */
const LONGEST_MILLISECONDS = 8 * 3_600_000
const AGAIN_MILLISECONDS = 90_000
const LABELS = { first: '1.5.0', other: '1.5.1', known: '1.4.1' }

/**
 * An operator who wants the release to end: throws every lever that is ready, signs off, and tries what the screen
 * offers when nothing moves: waives, asks for help, tries again, rolls back, and at last stops. All he knows is what
 * the screen shows.
 */
export function createOperator(history: History, account: Account) {
  const begunAt = account.now
  let movedAt = begunAt
  let pressedAt = 0
  let hasAsked = false
  let throws = 0
  let turned = false
  let label = history.version === 'known' ? LABELS.known : LABELS.first
  const heard = new Set<string>()
  const retries = new Map<string, number>()

  const since = () => account.now - movedAt

  /** The same thing is not pressed again and again. */
  function calmly(pressed: readonly Pressed[]): readonly Pressed[] {
    if (pressed.length === 0 || account.now - pressedAt < AGAIN_MILLISECONDS) return []
    pressedAt = account.now
    return pressed
  }

  function leverOf(step: StepId, shown?: StepView): LeverInput | null {
    switch (step) {
      case 'independence':
        return history.decouples ? { step, password: history.seed % 2 === 0 ? null : 'of-the-database' } : null
      case 'clone':
        return {
          step,
          greenName: 'shop-green',
          cnamePrefix: 'shop-green',
          options: history.options,
          password: history.seed % 2 === 0 ? null : 'of-the-database',
        }
      case 'deploy':
        return {
          step,
          versionLabel: label,
          bundle: label === LABELS.known ? null : bundle(label === LABELS.other ? 'sound' : history.version),
        }
      case 'test':
      case 'swap':
        return { step }
      case 'retire': {
        // As the screen does: the lever is told by what it says of itself.
        const shrinks = shown?.preview?.calls.some((call) => call.includes('MaxSize')) ?? false
        const stage = shrinks ? 'shrink' : shown?.preview?.stage
        return stage ? { step, typedUrl: '', stage } : { step, typedUrl: PRODUCTION }
      }
      default:
        return null
    }
  }

  function wish(wanted: Wish, view: ReleaseView): readonly Pressed[] {
    const { step } = view.release
    const gates = closedOf(stepOf(view))
    switch (wanted) {
      case 'roll back':
        return [(running) => running.choose('roll-back')]
      case 'retry':
        return [(running) => running.choose('retry')]
      case 'choose another version':
        label = LABELS.other
        return [(running) => running.choose('choose-another-version')]
      case 'waive everything with a reason':
        return gates.map(
          ({ id }) =>
            (running) =>
              running.waive(step, id, 'I have looked'),
        )
      case 'waive everything without a reason':
        return gates.map(
          ({ id }) =>
            (running) =>
              running.waive(step, id, '  '),
        )
      case 'sign off':
        return [(running) => running.signOff('')]
      case 'throw every lever':
        return [...STEP_IDS.flatMap((id) => leverOf(id) ?? []), ...repairsOn(view)].map(
          (lever) => (running) => running.throwLever(lever),
        )
      case 'type another URL':
        return [(running) => running.throwLever({ step: 'retire', typedUrl: 'shop.example.com' })]
      case 'shorten the bake and the soak':
        return [
          (running) =>
            running.changeSettings({ ...(history.shrinks ? SHRINKING : SETTINGS), bakeSeconds: 5, soakSeconds: 5 }),
        ]
      case 'go on with the drift':
        return view.choices
          .filter(({ id }) => id === 'accept-drift')
          .map(
            ({ of }) =>
              (running) =>
                running.choose('accept-drift', of),
          )
      case 'stop':
        return [(running) => running.choose('stop')]
      case 'let the computer sleep':
        return [
          async (running) => {
            running.lookAgain()
          },
        ]
    }
  }

  /** What he does now, with what the screen shows; nothing: he waits. */
  function next(
    view: ReleaseView,
    help: { readonly signIn: () => void; readonly putRight: () => void },
  ): readonly Pressed[] {
    const { step, track } = view.release
    const shown = stepOf(view)
    const offers = new Set(view.choices.map(({ id }) => id))
    if (view.paused) {
      if (account.now - pressedAt < AGAIN_MILLISECONDS) return []
      pressedAt = account.now
      help.signIn()
      return [(running) => running.choose('retry')]
    }
    if (account.now - begunAt > LONGEST_MILLISECONDS && offers.has('stop'))
      return calmly([(running) => running.choose('stop')])
    if (step === history.stopsAt && offers.has('stop')) return calmly([(running) => running.choose('stop')])
    // Every other operator turns round only once AWS is at work on the step.
    const isTime = history.seed % 2 === 0 || shown?.status === 'watching'
    if (track === 'forward' && !turned && step === history.turnsBackAt && isTime && offers.has('roll-back')) {
      turned = true
      return [(running) => running.choose('roll-back')]
    }
    if (step === 'independence' && shown?.proofs.some(({ id, status }) => id === 'questions' && status === 'waiting'))
      return QUESTION_IDS.filter((id) => view.answers[id] === undefined).map(
        (id) => (running) => running.answer(id, 'yes'),
      )
    if (step === 'test' && track === 'forward' && shown?.proofs.some((each) => each.id === 'sign-off' && !isOpen(each)))
      return [(running) => running.signOff('Looked at it')]
    if (history.decouples && history.later && view.routes?.chosen === 'decouple-first')
      return [(running) => running.chooseRoute('decouple-later')]
    const repair = history.repairs && (shown?.proofs.length ?? 0) > 0 ? repairsOn(view)[0] : undefined
    const lever = shown?.status === 'ready' ? leverOf(step, shown) : (repair ?? null)
    if (lever !== null && throws < MOST_THROWS) {
      const pressed = calmly([(running) => running.throwLever(lever)])
      throws += pressed.length
      return pressed
    }

    const stuck = shown?.status === 'stuck'
    if (stuck && offers.has('retry')) {
      const tries = retries.get(`${track} ${step}`) ?? 0
      if (tries < 2) {
        const pressed = calmly([(running) => running.choose('retry')])
        if (pressed.length > 0) retries.set(`${track} ${step}`, tries + 1)
        return pressed
      }
      if (tries === 2 && offers.has('choose-another-version')) {
        retries.set(`${track} ${step}`, 3)
        label = LABELS.other
        return [(running) => running.choose('choose-another-version')]
      }
    }
    if (since() > PATIENCE.stop && offers.has('stop')) return calmly([(running) => running.choose('stop')])
    if (since() > PATIENCE.turnBack && offers.has('roll-back'))
      return calmly([(running) => running.choose('roll-back')])
    if (since() > PATIENCE.retry && offers.has('accept-drift')) return calmly(wish('go on with the drift', view))
    if (since() > PATIENCE.retry && offers.has('retry')) return calmly([(running) => running.choose('retry')])
    if (since() > PATIENCE.ask && !hasAsked) {
      hasAsked = true
      throws = 0
      help.putRight()
    }
    if (since() > PATIENCE.waive || (history.isStubborn && since() > AGAIN_MILLISECONDS)) {
      const closed = closedOf(shown).filter(({ waivable }) => waivable || history.isStubborn)
      return calmly(
        closed.map(
          ({ id }) =>
            (running) =>
              running.waive(step, id, 'I have looked at it in the console'),
        ),
      )
    }
    return []
  }

  return {
    next,
    wish,
    /** The release has moved. */
    noticed(entry: Entry) {
      const news = newsOf(entry)
      if (news === null || heard.has(news)) return
      heard.add(news)
      movedAt = account.now
      hasAsked = false
      throws = 0
    },
    /** What he pressed was refused: he reads it. Anything but words for him is a mistake of ours. */
    refused(thrown: unknown) {
      if (!(thrown instanceof Error && thrown.name === 'SignalboxError')) throw thrown
    },
  }
}

/** What an entry tells, as far as hearing it again would be nothing new; null: nothing that moves a release. */
function newsOf(entry: Entry): string | null {
  switch (entry.kind) {
    case 'effect':
      return `${entry.step} ${entry.action}`
    case 'sighting':
      return `${entry.server} ${entry.answer}`
    case 'round':
      return entry.passed ? `round ${entry.at}` : null
    case 'entered':
    case 'proved':
    case 'returned':
      return `${entry.kind} ${entry.step} ${entry.at}`
    case 'green-found':
    case 'baseline':
    case 'roll-back-chosen':
      return entry.kind
    default:
      return null
  }
}

/** The levers by which green is made like blue, as the screen has them. */
function repairsOn({ release, fidelity }: ReleaseView): readonly LeverInput[] {
  const isThere = release.track === 'forward' && release.step === 'clone'
  return isThere ? (fidelity?.repairs ?? []).map(({ id }) => ({ step: 'clone', repair: id })) : []
}

function stepOf(view: ReleaseView): StepView | undefined {
  const { track, step } = view.release
  return track === 'forward' ? view.steps[step] : view.rollbackSteps.find(({ id }) => id === step)
}

function closedOf(shown: StepView | undefined): readonly Gate[] {
  return [...(shown?.gates ?? []), ...(shown?.proofs ?? [])].filter((each) => !isOpen(each))
}
