import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { STEP_IDS } from '../electron/contract/steps.ts'
import { FAULT_GROUPS, FAULTS, type Fault } from '../electron/practice/server/faults/catalogue.ts'
import { type Cell, makeBeginnings, runCell } from './fault-cells.ts'

/** Releases at once; each has an account in a process of its own, and much of the time waits for it. */
const AT_ONCE = 3
/** What was run so far, for `--continue`. */
const KEPT = new URL('../out/fault-matrix.json', import.meta.url)

const { values } = parseArgs({
  options: { fault: { type: 'string' }, step: { type: 'string' }, continue: { type: 'boolean', default: false } },
})
const faults = FAULTS.filter(({ name }) => values.fault === undefined || name === values.fault)
const steps = STEP_IDS.filter((step) => values.step === undefined || step === values.step)
if (faults.length === 0 || steps.length === 0) {
  console.error(`There is no such fault or step; faults: ${FAULTS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const started = performance.now()
const beginnings = await makeBeginnings(steps.at(-1))
const cells: Cell[] = values.continue ? (JSON.parse(await readFile(KEPT, 'utf8')) as Cell[]) : []
const all = faults.flatMap((fault) => steps.map((step) => ({ fault, step })))
const queue = all.filter(({ fault, step }) => !cells.some((cell) => cell.fault === fault.name && cell.step === step))
const total = all.length
const failures: string[] = []
try {
  await Promise.all(Array.from({ length: AT_ONCE }, work))
} finally {
  await beginnings.remove()
}
if (values.fault === undefined && values.step === undefined && failures.length === 0)
  await writeFile(new URL('../docs/fault-matrix.md', import.meta.url), await page())
for (const failure of failures) console.log(failure)
console.log(
  `${cells.length} of ${total} cells in ${Math.round((performance.now() - started) / 1000)} s, ${failures.length} wrong`,
)
process.exit(failures.length === 0 ? 0 : 1)

async function work(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { fault, step } = next
    try {
      const cell = await runCell(beginnings, fault, step)
      cells.push(cell)
      await mkdir(new URL('.', KEPT), { recursive: true })
      await writeFile(KEPT, JSON.stringify(cells))
      failures.push(...cell.wrong.map((wrong) => `${fault.name} at ${step}: ${wrong}`))
      console.log(`${cells.length}/${total} ${fault.name} at ${step}: ${ending(cell)}`)
    } catch (thrown) {
      failures.push(`${fault.name} at ${step}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
  }
}

/** The page as it stands, its words kept, the tables new. */
async function page(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return [
    '# Fault matrix',
    '',
    `Written by \`npm run fault-matrix\` of Signalbox ${version}: ${cells.length} releases in the practice account, over HTTP, each with one`,
    'fault of its catalogue switched on at one step, and an operator who does the sensible thing: waits for what passes by',
    'itself; else puts the cause right and tries again; else takes the mildest way there is. Do not edit it by hand.',
    '',
    '- **unseen**: nothing was to be seen of it, or the step makes no call that it strikes; the release went on.',
    '- **waited**: the release said so, waited by itself, and went on.',
    '- **mended**: it stopped, went on when the cause had been put right, and ended as it should.',
    '- **accepted**: it went on when the operator had accepted the difference, or waived the gate with a reason.',
    '- **rolled back**, **stopped**: no other way was left. Production was answered all the time.',
    '',
    'In every cell green was created once at most, each decision to swap was one swap, one environment at most was',
    'terminated, and a living environment held the production URL at the end.',
    '',
    `| fault | ${STEP_IDS.join(' | ')} |`,
    `| --- |${' --- |'.repeat(STEP_IDS.length)}`,
    ...FAULTS.map((fault) => `| [${fault.name}](#${fault.name}) | ${row(fault).map(short).join(' | ')} |`),
    ...FAULT_GROUPS.flatMap((group) => [
      '',
      `## ${group}`,
      ...FAULTS.filter((fault) => fault.group === group).flatMap(section),
    ]),
    '',
  ].join('\n')
}

function section(fault: Fault): readonly string[] {
  const told = row(fault).filter((cell) => short(cell) !== 'unseen')
  const unseen = row(fault).filter((cell) => short(cell) === 'unseen')
  return [
    '',
    `### ${fault.name}`,
    '',
    `${fault.words}: ${fault.strikes}.`,
    ...(told.length === 0
      ? []
      : [
          '',
          '| step | the operator sees | and can | how it ends | in AWS |',
          '| --- | --- | --- | --- | --- |',
          ...told.map(
            (cell) =>
              `| ${cell.step} | ${listed(cell.sees)} | ${listed(cell.choices)} | ${ending(cell)} | ${effects(cell)} |`,
          ),
        ]),
    ...(unseen.length === 0 ? [] : ['', `Unseen at ${unseen.map(({ step }) => step).join(', ')}.`]),
  ]
}

function row(fault: Fault): readonly Cell[] {
  return STEP_IDS.flatMap((step) => cells.find((cell) => cell.fault === fault.name && cell.step === step) ?? [])
}

function short({ sees, ways, ends }: Cell): string {
  if (ends !== 'completed') return ends
  if (sees.length === 0) return 'unseen'
  if (ways.length === 0) return 'waited'
  return ways.some((way) => way.startsWith('waived') || way.includes('Go on')) ? 'accepted' : 'mended'
}

function ending({ ways, ends }: Cell): string {
  return ways.length === 0 ? ends : `${ways.join(', ')}: ${ends}`.replaceAll('|', '\\|')
}

function effects({ effects: made }: Cell): string {
  const words = Object.entries(made).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]))
  return words.length === 0 ? 'nothing' : words.join(', ')
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? '—' : words.join('; ').replaceAll('|', '\\|')
}
