import type { Connection } from '../electron/contract/connection.ts'
import type { CallName, Credentials, Input, Lever, Output, Reply } from '../electron/contract/contract.ts'
import type { Answer, QuestionId, RouteId } from '../electron/contract/independence.ts'
import type { BundleInspection, Choice, Colour, ReleaseSettings, ReleaseView } from '../electron/contract/models.ts'
import { problemOf } from '../electron/contract/problem.ts'
import type { StepId } from '../electron/contract/steps.ts'
import { call, listen } from './main-process.ts'
import { BLANK_DRAFT, type Draft, useSignalbox } from './store.ts'

const { getState, setState } = useSignalbox

/** Asks main and shows the problem where there is one; the answer says which it was. */
export async function ask<Name extends CallName>(name: Name, input: Input<Name>): Promise<Reply<Output<Name>>> {
  setState(({ waitingFor }) => ({ problem: null, waitingFor: [...waitingFor, name] }))
  try {
    return { ok: true, value: await call(name, input) }
  } catch (thrown) {
    const problem = problemOf(thrown)
    setState({ problem })
    return { ok: false, problem }
  } finally {
    setState(({ waitingFor }) => ({ waitingFor: waitingFor.toSpliced(waitingFor.indexOf(name), 1) }))
  }
}

/** Learns from main where things stand and follows what it tells from then on. */
export async function begin(): Promise<void> {
  listen({
    releaseChanged: (view) => {
      if (getState().view?.release.id === view.release.id) showView(view)
    },
    releasesChanged: (releases) => setState({ releases }),
    connectionChanged: showConnection,
    bundleRead: (bundleRead) => setState({ bundleRead }),
  })
  const start = await ask('getStart', {})
  if (!start.ok) return
  const { version, profiles, regions, connection, releases } = start.value
  setState({ version, profiles, regions, connection, releases, screen: connection ? 'releases' : 'connect' })
}

export async function connect(credentials: Credentials): Promise<void> {
  const reply = await ask('connect', credentials)
  if (!reply.ok) return
  const { signingIn } = getState()
  setState({ connection: reply.value, signingIn: false })
  if (!signingIn) await showReleases()
}

export async function disconnect(): Promise<void> {
  const reply = await ask('disconnect', {})
  if (reply.ok) showConnection(null)
}

export async function showReleases(): Promise<void> {
  setState({ screen: 'releases', problem: null })
  const reply = await ask('listReleases', {})
  if (reply.ok) setState({ releases: reply.value })
}

export function showChoose(): void {
  setState({ screen: 'choose', problem: null })
}

export async function startRelease(environmentId: string, settings: ReleaseSettings): Promise<void> {
  const reply = await ask('startRelease', { environmentId, settings: writable(settings) })
  if (reply.ok) enter(reply.value)
}

export async function openRelease(releaseId: string): Promise<void> {
  const reply = await ask('openRelease', { releaseId })
  if (reply.ok) enter(reply.value)
}

/** Back to the list; the release stands where it stands. */
export async function leaveRelease(): Promise<void> {
  setState({ view: null })
  await showReleases()
}

export async function throwLever(lever: Lever): Promise<void> {
  await change((releaseId) => ask('throwLever', { releaseId, lever }))
  // It was for this one change: it does not stay in the page either.
  if (lever.step === 'independence' || lever.step === 'clone') keepInDraft({ databasePassword: '' })
}

export async function waiveGate(step: StepId, gate: string, reason: string): Promise<boolean> {
  return change((releaseId) => ask('waiveGate', { releaseId, step, gate, reason }))
}

export async function changeSettings(settings: ReleaseSettings): Promise<boolean> {
  return change((releaseId) => ask('changeSettings', { releaseId, settings: writable(settings) }))
}

export async function answerQuestion(question: QuestionId, answer: Answer): Promise<void> {
  await change((releaseId) => ask('answerQuestion', { releaseId, question, answer }))
}

export async function chooseRoute(route: RouteId): Promise<void> {
  await change((releaseId) => ask('chooseRoute', { releaseId, route }))
}

export async function signOff(note: string): Promise<void> {
  await change((releaseId) => ask('signOff', { releaseId, note }))
}

/** Signing in again is the page's own affair, and so is handing over; every other choice is main's. */
export async function choose({ id: choice, of }: Pick<Choice, 'id' | 'of'>): Promise<void> {
  if (choice === 'sign-in') setState({ signingIn: true, problem: null })
  else if (choice === 'hand-over') await showHandOver(false)
  else {
    // What did not do is not one click away from being deployed again.
    if (choice === 'choose-another-version') forgetVersion()
    await change((releaseId) => ask('choose', { releaseId, choice, ...(of === undefined ? {} : { of }) }))
  }
}

/** Shows the text for the administrator; with `copy` it is on the clipboard then. */
export async function showHandOver(copy: boolean): Promise<void> {
  const { view } = getState()
  if (!view) return
  const reply = await ask('handOver', { releaseId: view.release.id, copy })
  if (reply.ok) setState({ handOver: { text: reply.value.text, copied: copy } })
}

export function closeHandOver(): void {
  setState({ handOver: null })
}

export function cancelSignIn(): void {
  setState({ signingIn: false, problem: null })
}

export async function chooseBundle(): Promise<void> {
  await takeBundle((releaseId) => ask('chooseBundle', { releaseId }))
}

export async function choosePracticeBundle(fileName: string): Promise<void> {
  await takeBundle((releaseId) => ask('choosePracticeBundle', { releaseId, fileName }))
}

export function chooseVersionSource(versionSource: Draft['versionSource']): void {
  forgetVersion()
  keepInDraft({ versionSource })
}

/** Of the bundles that are being looked into only the last counts. */
let lastLook = 0

function forgetVersion(): void {
  lastLook += 1
  keepInDraft({ inspection: null, versionLabel: null, existingVersion: null, existingInspection: null })
}

/** Takes a bundle in once it was looked into. Until then no other is there to be deployed in its place. */
async function takeBundle(look: (releaseId: string) => Promise<Reply<BundleInspection | null>>): Promise<void> {
  const { view, draft } = getState()
  if (!view) return
  forgetVersion()
  setState({ bundleRead: null })
  const mine = lastLook
  const { inspection, versionLabel } = draft
  const reply = await look(view.release.id)
  if (mine !== lastLook || getState().view?.release.id !== view.release.id || !reply.ok) return
  // Who closes the dialog without a file keeps what he had.
  keepInDraft(
    reply.value === null
      ? { inspection, versionLabel }
      : { inspection: reply.value, versionLabel: reply.value.suggestedLabel },
  )
}

/** Asks Elastic Beanstalk to bring blue back after the release has ended. */
export async function rebuildBlue(): Promise<boolean> {
  return change((releaseId) => ask('rebuildBlue', { releaseId }))
}

export async function openEnvironment(colour: Colour): Promise<void> {
  const { view } = getState()
  if (view) await ask('openEnvironment', { releaseId: view.release.id, colour })
}

export async function setPracticeSpeed(speed: number): Promise<void> {
  const reply = await ask('setPracticeSpeed', { speed })
  if (reply.ok) setState({ practiceSpeed: reply.value.speed })
}

export function keepInDraft(change: Partial<Draft>): void {
  setState(({ draft }) => ({ draft: { ...draft, ...change } }))
}

/** Shows another step than the one the release is at; null follows the release again. */
export function showStep(step: StepId | null): void {
  setState({ shownStep: step })
}

export function toggleHelp(): void {
  setState(({ helpOpen }) => ({ helpOpen: !helpOpen }))
}

export function confirmRollBack(open: boolean): void {
  setState({ confirmingRollBack: open })
}

export function dismissProblem(): void {
  setState({ problem: null })
}

function enter(view: ReleaseView): void {
  setState({ screen: 'release', draft: BLANK_DRAFT, shownStep: null, confirmingRollBack: false })
  showView(view)
}

function showView(view: ReleaseView): void {
  const before = getState().view
  const moved = before?.release.step !== view.release.step || before.release.track !== view.release.track
  setState({
    view,
    viewArrivedAt: performance.now(),
    ...(moved ? { shownStep: null } : {}),
    ...(view.release.account.kind === 'practice' && view.clock.speed > 0 ? { practiceSpeed: view.clock.speed } : {}),
  })
}

function showConnection(connection: Connection | null): void {
  // A release that is open stays in sight when the connection is lost: it is paused, not gone.
  const { screen, view } = getState()
  // Main may sign in by itself at the start, for a release that has not ended.
  if (connection)
    setState({
      connection,
      practiceSpeed: connection.clockSpeed,
      ...(screen === 'connect' ? { screen: 'releases' } : {}),
    })
  else if (screen === 'release' && view?.release.endedAt === null) setState({ connection, signingIn: true })
  else setState({ connection, view: null, screen: 'connect', practiceSpeed: null })
}

async function change(wish: (releaseId: string) => Promise<Reply<ReleaseView>>): Promise<boolean> {
  const { view } = getState()
  if (!view) return false
  const reply = await wish(view.release.id)
  if (reply.ok && getState().view?.release.id === reply.value.release.id) showView(reply.value)
  return reply.ok
}

/** The contract's input types come from zod, whose arrays are mutable. */
function writable({ bakeSeconds, soakSeconds, checks, panel, domains, retirement }: ReleaseSettings) {
  return {
    bakeSeconds,
    soakSeconds,
    checks: checks.map((check) => ({ ...check })),
    ...(panel ? { panel: { ...panel, resolvers: panel.resolvers.map((resolver) => ({ ...resolver })) } } : {}),
    ...(domains ? { domains: [...domains] } : {}),
    ...(retirement ? { retirement: { ...retirement } } : {}),
  }
}
