import type { Instant, ReleaseSettings } from '../contract/models.ts'
import { titleOf } from '../contract/steps.ts'
import { lanesPicture } from './lanes-picture.ts'
import { html, Markup } from './markup.ts'
import type { Report } from './report.ts'
import { STYLE } from './style.ts'
import { actionTable, eventTable, gateTable, propagationSection, testSection, unwatchedSection } from './tables.ts'
import { timeline } from './time-pictures.ts'
import type { Walk } from './walks.ts'
import { patterns } from './watch-pictures.ts'
import { count, duration, moment, OUTCOME_TITLES, timeIn } from './words.ts'

/** The report as one HTML file that loads nothing and runs nothing: to read, to print on A4, to keep. */
export function reportHtml(report: Report): string {
  const { release } = report
  const title = `Release of ${release.application}: ${OUTCOME_TITLES[release.outcome ?? 'open']}`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
${patterns()}
${head(report)}
<main>
${waivers(report)}
<section><h2>Timeline</h2><figure>${timeline(report)}
<figcaption>Time since the release began, on the account’s clock. Pale: gates and the operator’s decision. A black line: the lever was thrown. Full: the step at work.</figcaption></figure></section>
${report.propagations.map((watch) => propagationSection(report, watch))}${unwatchedSection(report)}
<section><h2>Steps, gates and proofs</h2>${report.walks.map((walk) => step(report, walk))}</section>
${report.testRuns.length > 0 && html`<section><h2>Tests of green</h2>${report.testRuns.map((run) => testSection(report, run))}</section>`}
${decisions(report)}
<section class="events"><h2>Events of Elastic Beanstalk</h2>${eventTable(report)}</section>
${journal(report)}
</main>
</body>
</html>
`
  return page.text
}

function head(report: Report): Markup {
  const { release, version, seconds } = report
  const { account } = release
  const outcome = release.outcome ?? 'open'
  const bundle = version?.bundle ?? null
  return html`<header>
<p class="kicker">Signalbox · report of a blue/green release</p>
<div class="outcome"><h1>${release.application}</h1><p class="stamp" data-outcome="${outcome}">${OUTCOME_TITLES[outcome]}</p></div>
<p class="lead">${leadOf(report)}</p>
${account.kind === 'practice' && html`<p class="note calm"><strong>A rehearsal on the practice account</strong>Nothing in AWS was touched. Times are the practice account’s own; its clock may run faster than yours.</p>`}
${report.journal.damage !== null && html`<p class="note bad"><strong>The journal of this release is damaged</strong>${report.journal.damage} What follows is what came before that and can be trusted.</p>`}
<figure>${lanesPicture(report)}</figure>
<dl class="facts">
${fact('Production URL', release.productionCname)}
${fact('Version label', version?.label ?? 'none chosen')}
${bundle && fact('Source bundle', html`${bundle.fileName}, ${bundle.sizeBytes} bytes<br><span class="small muted">SHA-256 <span class="hash">${bundle.sha256}</span></span>`)}
${version?.stored ? fact('Stored as', `s3://${version.stored.bucket}/${version.stored.key}`) : null}
${fact('Blue', html`${release.blue.name} <span class="muted">(${release.blue.id})</span>`)}
${fact('Green', html`${release.green.name} <span class="muted">(${release.green.id ?? 'never created'})</span>`)}
${fact('Account', `${account.accountId}, ${account.region}${account.kind === 'practice' ? ', practice account' : ''}`)}
${fact('Began', moment(release.startedAt))}
${release.endedAt !== null && fact('Ended', html`${moment(release.endedAt)} <span class="muted">after ${duration(seconds)}</span>`)}
${report.rebuildUntil !== null && fact('Way back', `Elastic Beanstalk can rebuild ${release.blue.name} until ${moment(report.rebuildUntil)}, while its application version and its name are still there.`)}
${fact('Settings', settingsText(release.settings))}
${fact('Release', release.id)}
</dl>
</header>`
}

function leadOf({ release, version, productionOn, fates }: Report): string {
  const { blue, green } = release
  const label = version?.label ?? 'the version'
  switch (release.outcome) {
    case 'completed':
      return `${label} serves ${release.productionCname} from ${green.name}. ${blue.name} is terminated.`
    case 'rolled-back':
      return `${release.productionCname} is served by ${blue.name}, as before the release. ${fates.green === 'never-created' ? 'Green was never created.' : `${green.name} is terminated.`}`
    case 'stopped':
      return `The operator stopped the release where it stood. ${holderText(productionOn, blue.name, green.name)} Nothing was cleaned up.`
    case null:
      return `The release has not ended; this is how it stood. ${holderText(productionOn, blue.name, green.name)}`
  }
}

function holderText(productionOn: 'blue' | 'green' | null, blue: string, green: string): string {
  if (productionOn === null) return 'It is not proved which environment holds the production URL.'
  return `The production URL belonged to ${productionOn === 'blue' ? blue : green}.`
}

function settingsText({ bakeSeconds, soakSeconds, checks }: ReleaseSettings): string {
  return `Bake ${duration(bakeSeconds)}, soak ${duration(soakSeconds)}, ${count(checks.length, 'check')}`
}

function fact(name: string, value: string | Markup): Markup {
  return html`<dt>${name}</dt><dd>${value}</dd>`
}

function waivers(report: Report): Markup {
  const { waivers: given } = report
  if (given.length === 0) return html`<section><h2>Waivers</h2><p>No gate was waived.</p></section>`
  return html`<section><h2>Waivers</h2><p>${count(given.length, 'gate')} did not pass by itself; the operator gave a reason instead.</p>
${given.map(({ at, step: id, track, title, reason }) => html`<p class="note"><strong>${title}</strong>${reason}<br><span class="small muted">${titleOf(id, track)}, ${timeIn(report.release, at)}</span></p>`)}</section>`
}

function step(report: Report, walk: Walk): Markup {
  const { release } = report
  const { track, step: id, enteredAt, provedAt, leversAt, typedUrl, gates, proofs, actions } = walk
  const at = (instant: Instant) => timeIn(release, instant)
  const levers = leversAt.length > 0 && `, lever ${leversAt.map(at).join(' and ')}`
  return html`<section class="step">
<div class="step-head"><h3>${titleOf(id, track)} ${provedAt === null ? html`<span class="badge waiting">Not proved</span>` : html`<span class="badge passed">Proved</span>`}</h3>
<p class="small muted time">entered ${at(enteredAt)}${levers}${provedAt !== null && `, proved ${at(provedAt)}: ${duration((provedAt - enteredAt) / 1000)}`}</p></div>
${typedUrl !== null && html`<p class="small gap">To confirm, the operator typed <strong>${typedUrl}</strong>.</p>`}
${gates.length > 0 && html`<h4>Gates before</h4>${gateTable(report, gates)}`}
${actions.length > 0 && html`<h4>Calls that change AWS</h4>${actionTable(report, actions)}`}
${proofs.length > 0 && html`<h4>Proofs after</h4>${gateTable(report, proofs)}`}
${gates.length + proofs.length + actions.length === 0 && html`<p class="small muted gap">Nothing was judged here before the release went on.</p>`}
</section>`
}

function decisions(report: Report): Markup {
  const { decisions: made, release } = report
  if (made.length === 0) return html``
  return html`<section><h2>Decisions of the operator</h2><table><colgroup><col style="width:17%"><col></colgroup><thead><tr><th>Time</th><th>Decision</th></tr></thead><tbody>
${made.map(({ at, text }) => html`<tr><td class="time">${timeIn(release, at)}</td><td>${text}</td></tr>`)}
</tbody></table></section>`
}

function journal({ journal: { entries, lastHash }, madeAt, versions }: Report): Markup {
  return html`<section><h2>Journal</h2>
<p>This report was made from ${entries} journal entries. Each carries the hash of the one before it, so the last stands for all:</p>
<p class="hash gap"><strong>${lastHash}</strong></p>
</section>
<footer class="small muted"><p>Made ${moment(madeAt)} with ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}. All times are UTC.</p></footer>`
}
