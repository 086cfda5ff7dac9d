import type { Colour } from '../contract/models.ts'
import { html, type Markup } from './markup.ts'
import type { Report } from './report.ts'
import { FATE_TITLES } from './words.ts'

const WIDTH = 720
const BOX = { width: 316, height: 128, top: 96 } as const
const LEFT: Readonly<Record<Colour, number>> = { blue: 2, green: WIDTH - BOX.width - 2 }
const INK: Readonly<Record<Colour, string>> = { blue: '#1263d6', green: '#0f7f3d' }
const WASH: Readonly<Record<Colour, string>> = { blue: '#eaf2fe', green: '#e7f6ec' }

/** Blue and green as the release left them, and which of them holds the production URL. */
export function lanesPicture(report: Report): Markup {
  const { release, productionOn } = report
  const url = wrapped(release.productionCname, 62, 2)
  const plateHeight = 26 + url.length * 17
  return html`<svg viewBox="0 0 ${WIDTH} ${BOX.top + BOX.height + 3}" role="img" aria-label="${describe(report)}">
<defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0 10 5 0 10z" fill="#101820"/></marker></defs>
<rect x="110" y="1" width="${WIDTH - 220}" height="${plateHeight}" rx="6" fill="#101820"/>
<text x="${WIDTH / 2}" y="18" text-anchor="middle" font-size="10.5" style="fill:#b9c2cf">Production URL</text>
${url.map((line, index) => html`<text x="${WIDTH / 2}" y="${35 + index * 17}" text-anchor="middle" font-size="13" font-weight="600" style="fill:#fff">${line}</text>`)}
${(['blue', 'green'] as const).map((colour) => pointer(colour, plateHeight + 1, productionOn === colour))}
${box(report, 'blue')}${box(report, 'green')}
${arrows(report)}
</svg>`
}

function describe({ release, productionOn }: Report): string {
  const { blue, green } = release
  if (productionOn === null) return 'It is not proved which environment holds the production URL'
  return `The production URL belongs to ${productionOn === 'blue' ? blue.name : green.name}`
}

/** A solid line to the environment that holds the production URL, a dashed one to the other. */
function pointer(colour: Colour, top: number, holds: boolean): Markup {
  const x = LEFT[colour] + BOX.width / 2
  return holds
    ? html`<path d="M${x} ${top}V${BOX.top}" stroke="${INK[colour]}" stroke-width="7"/>`
    : html`<path d="M${x} ${top}V${BOX.top}" stroke="#b4bcc8" stroke-width="2" stroke-dasharray="3 4"/>`
}

function box(report: Report, colour: Colour): Markup {
  const { release, fates, productionOn, version, walks } = report
  const x = LEFT[colour]
  const fate = fates[colour]
  const isGone = fate === 'terminated' || fate === 'never-created'
  const holds = productionOn === colour
  const name = wrapped(release[colour].name, 34, 2)
  const isDeployed = walks.some(({ step, provedAt }) => step === 'deploy' && provedAt !== null)
  const label = colour === 'green' && version && isDeployed ? wrapped(`Version ${version.label}`, 46, 1) : []
  const lines = [...label, release[colour].id ?? 'no id']
  const after = BOX.top + 40 + name.length * 17
  return html`<g>
<rect x="${x}" y="${BOX.top}" width="${BOX.width}" height="${BOX.height}" rx="8" fill="${isGone ? '#fff' : WASH[colour]}" stroke="${isGone ? '#b4bcc8' : INK[colour]}" stroke-width="${holds ? 3 : 1.5}"${isGone && html` stroke-dasharray="5 4"`}/>
<text x="${x + 16}" y="${BOX.top + 22}" font-size="10.5" font-weight="700" style="fill:${isGone ? '#58626f' : INK[colour]}">${colour === 'blue' ? 'Blue' : 'Green'}</text>
${name.map((line, index) => html`<text x="${x + 16}" y="${BOX.top + 41 + index * 17}" font-size="14" font-weight="600"${isGone && html` style="fill:#58626f"`}>${line}</text>`)}
${lines.map((line, index) => html`<text x="${x + 16}" y="${after + 2 + index * 15}" font-size="11" style="fill:#58626f">${line}</text>`)}
<text x="${x + 16}" y="${BOX.top + BOX.height - 10}" font-size="11.5" font-weight="${holds ? 700 : 400}">${FATE_TITLES[fate]}</text>
</g>`
}

/** Where production went: once, or there and back. */
function arrows({ release, productionOn, propagations }: Report): Markup {
  const [left, right, middle] = [BOX.width + 11, WIDTH - BOX.width - 13, BOX.top + BOX.height / 2]
  const there = (y: number) =>
    html`<path d="M${left} ${y}H${right}" stroke="#101820" stroke-width="2" marker-end="url(#tip)"/>`
  const back = (y: number) =>
    html`<path d="M${right} ${y}H${left}" stroke="#101820" stroke-width="2" marker-end="url(#tip)"/>`
  if (productionOn === 'green') return there(middle)
  const wentBack = release.track === 'rollback' && propagations.length > 0
  return wentBack ? html`${there(middle - 9)}${back(middle + 9)}` : html``
}

/** A name in lines of at most so many characters, broken behind hyphens, dots and underscores where it can be; the rest is cut. */
export function wrapped(text: string, width: number, most: number): readonly string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width && lines.length < most - 1) {
    const head = rest.slice(0, width)
    const at = Math.max(head.lastIndexOf('-'), head.lastIndexOf('.'), head.lastIndexOf('_'), head.lastIndexOf(' ')) + 1
    const end = at > width / 3 ? at : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...lines, rest.length > width ? `${rest.slice(0, width - 1)}…` : rest]
}
