import { titleOf } from '../contract/steps.ts'
import { LINE_TITLES } from '../contract/timeline-picture.ts'
import { html, type Markup } from './markup.ts'
import type { PropagationWatch } from './propagations.ts'
import type { Report } from './report.ts'
import type { TestRun } from './test-runs.ts'
import { resolverStrips, testStrip } from './time-pictures.ts'
import type { ReportedAction, ReportedGate } from './walks.ts'
import { FILLS, timelineOfSwap, watchLegend, watchPicture } from './watch-pictures.ts'
import { ACTION_TITLES, count, duration, STATUS_TITLES, timeIn } from './words.ts'

/** Gates with their last verdict, its evidence, and the waiver where one was given. */
export function gateTable({ release }: Report, gates: readonly ReportedGate[]): Markup {
  return html`<table><colgroup><col style="width:30%"><col style="width:13%"><col></colgroup>
<thead><tr><th>Condition</th><th>Verdict</th><th>Why, and the evidence</th></tr></thead><tbody>
${gates.map(({ title, status, summary, waiver, evidence, history }) => {
  const since = history.findLast((each) => each.status === status)?.at ?? null
  return html`<tr${waiver && html` class="waived"`}><td>${title}</td>
<td><span class="badge ${status}">${STATUS_TITLES[status] ?? status}</span>${waiver && html`<br><span class="badge waived">Waived</span>`}${since !== null && html`<br><span class="small muted time">${timeIn(release, since)}</span>`}</td>
<td>${summary}${waiver && html`<p class="waiver">Waived: ${waiver.reason}</p>`}
${evidence.length > 0 && html`<ul class="evidence">${evidence.map(({ source, text }) => html`<li><code>${source}</code> ${text}</li>`)}</ul>`}</td></tr>`
})}
</tbody></table>`
}

const OUTCOMES: Readonly<Record<ReportedAction['outcome'], string>> = {
  done: 'Done',
  refused: 'Refused',
  unanswered: 'No answer',
}

/** Each call that was meant, with what AWS answered. */
export function actionTable({ release }: Report, actions: readonly ReportedAction[]): Markup {
  return html`<table><colgroup><col style="width:17%"><col style="width:35%"><col style="width:13%"><col></colgroup>
<thead><tr><th>Meant at</th><th>Call</th><th>Answer</th><th>What it was about</th></tr></thead><tbody>
${actions.map(({ action, detail, meantAt, answeredAt, outcome, problem }) => {
  const seconds = meantAt !== null && answeredAt !== null ? (answeredAt - meantAt) / 1000 : null
  const held = meantAt === null
  return html`<tr><td class="time">${held ? (answeredAt === null ? '' : timeIn(release, answeredAt)) : timeIn(release, meantAt)}</td><td>${ACTION_TITLES[action] ?? action}</td>
<td><span class="badge ${outcome}">${held ? 'Held back' : OUTCOMES[outcome]}</span>${seconds !== null && html`<br><span class="small muted">${duration(seconds)}</span>`}</td>
<td>${detail}${problem && html`<p><strong>${problem.title}.</strong> ${problem.meaning ?? ''}</p>${problem.detail !== undefined && html`<p class="small muted">${problem.detail}</p>`}`}</td></tr>`
})}
</tbody></table>`
}

/** Everything Elastic Beanstalk said of the two environments meanwhile. */
export function eventTable({ events, release }: Report): Markup {
  if (events.length === 0) return html`<p>None was heard.</p>`
  return html`<table><colgroup><col style="width:17%"><col style="width:11%"><col style="width:22%"><col></colgroup>
<thead><tr><th>Time</th><th>Severity</th><th>Environment</th><th>Message</th></tr></thead><tbody>
${events.map(({ at, severity, environmentName, message }) => html`<tr><td class="time">${timeIn(release, at)}</td><td><span class="badge ${severity.toLowerCase()}">${severity}</span></td><td>${environmentName ?? '—'}</td><td>${message}</td></tr>`)}
</tbody></table>`
}

/** One run of the test: its strip, its checks, and the operator's own look. */
export function testSection({ release }: Report, run: TestRun): Markup {
  const { rounds, failedRounds, checks, signOff, startedAt } = run
  return html`<div class="step"><p>Begun at ${timeIn(release, startedAt)}: ${count(rounds, 'round')}, ${failedRounds === 0 ? 'none failed' : `${failedRounds} failed`}.</p>
${run.rounds > 0 && html`<figure>${testStrip(run)}</figure>`}
<table class="gap"><colgroup><col style="width:38%"><col style="width:11%"><col style="width:11%"><col></colgroup>
<thead><tr><th>Check</th><th class="number">Passed</th><th class="number">Failed</th><th>The last answer</th></tr></thead><tbody>
${checks.map(({ path, expectStatus, contains, passed, failed, lastSaid }) => html`<tr><td><code>${path}</code> answers ${expectStatus}${contains && ` and says “${contains}”`}</td><td class="number">${passed}</td><td class="number">${failed}</td><td>${lastSaid}</td></tr>`)}
</tbody></table>
<p class="gap">${signOff ? html`<strong>Signed off</strong> at ${timeIn(release, signOff.at)}${signOff.note ? html`: ${signOff.note}` : ', without a note.'}` : 'Not signed off.'}</p></div>`
}

/** Of the errors of the watch, the newest. */
const SAID = 20

const LEGEND = [
  ['blue', 'blue’s addresses'],
  ['green', 'green’s addresses'],
  ['mixed', 'both'],
  ['foreign', 'addresses of neither'],
  ['silent', 'no answer'],
  ['error', 'an error'],
] as const

/** The strips of all name servers after one swap, and the answers and the traffic of the same time. */
export function propagationSection(report: Report, watch: PropagationWatch): Markup {
  const answers = new Set<string>(watch.servers.flatMap(({ history }) => history.map(({ answer }) => answer)))
  return html`<section><h2>${titleOf('propagation', watch.track)}</h2>
<p>What every name server that was asked answered for ${report.release.productionCname}${watch.swappedAt !== null && `, since AWS took the swap at ${timeIn(report.release, watch.swappedAt)}`}.</p>
<figure>${resolverStrips(watch)}<p class="legend">${LEGEND.filter(([answer]) => answers.has(answer)).map(([answer, words]) => html`<span><svg viewBox="0 0 14 10" aria-hidden="true"><rect width="14" height="10" fill="${FILLS[answer] ?? ''}"/></svg>${words}</span>`)}</p></figure>
${watched(report, watch.track === 'rollback')}</section>`
}

/** Where a swap was never followed by a name server: nobody asked any, or the release ended before. */
export function unwatchedSection(report: Report): Markup {
  const picture = report.propagations.length === 0 ? watched(report, false) : null
  return html`${picture && html`<section><h2>Around the swap</h2>${picture}</section>`}`
}

function watched(report: Report, isBack: boolean): Markup | null {
  const timeline = timelineOfSwap(report, isBack)
  const picture = timeline && watchPicture(report, timeline)
  if (!timeline || !picture) return null
  const said = timeline.lines.flatMap(({ kind, host, slices }) =>
    slices.flatMap(({ from, said: words }) => (words === undefined ? [] : [{ at: from, kind, host, words }])),
  )
  return html`<figure>${picture}${watchLegend()}
<figcaption>Whom both environments carried, by Elastic Beanstalk, and who answered at the production URL and its domains. Times are UTC. A gap is time in which nothing was asked.</figcaption></figure>
${
  said.length > 0 &&
  html`<p class="small gap"><strong>Without an answer:</strong></p><ul class="small">${said
    .toSorted((one, next) => one.at - next.at)
    .slice(-SAID)
    .map(
      ({ at, kind, host, words }) =>
        html`<li>${timeIn(report.release, at)} ${LINE_TITLES[kind] ?? ''}, ${host}: ${words}</li>`,
    )}</ul>`
}`
}
