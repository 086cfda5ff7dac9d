/** The report's own style sheet: light whatever the system says, and made for A4. */
export const STYLE = `
:root { color-scheme: light; --ink: #101820; --muted: #58626f; --line: #d5dae2; --wash: #f5f7fa;
  --blue: #1263d6; --blue-wash: #eaf2fe; --green: #0f7f3d; --green-wash: #e7f6ec; --bad: #b3261e; --bad-wash: #fdeceb;
  --wait: #7a5a00; --wait-wash: #fff5d6; --grey-wash: #eef0f3; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; background: #e9ecf1; }
body { margin: 0 auto; max-width: 820px; padding: 40px 48px 56px; background: #fff; color: var(--ink);
  font: 13.5px/1.5 "Open Sans", "Helvetica Neue", "Segoe UI", Roboto, Arial, "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, dl, dd, ul, figure, table { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: 27px; line-height: 1.25; font-weight: 700; letter-spacing: -0.01em; }
h2 { margin: 38px 0 12px; padding-bottom: 6px; border-bottom: 2px solid var(--ink); font-size: 18px; line-height: 1.3; break-after: avoid; }
h3 { font-size: 15px; line-height: 1.4; break-after: avoid; }
h4 { margin: 14px 0 4px; font-size: 11px; letter-spacing: 0.06em; text-transform: uppercase; color: var(--muted); break-after: avoid; }
code, .hash { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.92em; }
.muted { color: var(--muted); }
.small { font-size: 12px; line-height: 1.45; }
.gap { margin-top: 10px; }
.kicker { font-size: 12px; letter-spacing: 0.09em; text-transform: uppercase; color: var(--muted); }
header { padding-bottom: 6px; }
.outcome { display: flex; gap: 18px; align-items: flex-start; justify-content: space-between; margin: 6px 0 14px; }
.stamp { flex: none; padding: 7px 16px; border-radius: 6px; color: #fff; background: #4a5361; font-size: 20px; line-height: 1.3; font-weight: 700; white-space: nowrap; }
.stamp[data-outcome="completed"] { background: var(--green); }
.stamp[data-outcome="rolled-back"] { background: #8a5a00; }
.stamp[data-outcome="open"] { background: var(--blue); }
.lead { font-size: 15px; line-height: 1.55; }
.note { margin-top: 12px; padding: 9px 14px; border-left: 4px solid var(--wait); background: var(--wait-wash); break-inside: avoid; }
.note.bad { border-color: var(--bad); background: var(--bad-wash); }
.note.calm { border-color: var(--blue); background: var(--blue-wash); }
.note > strong { display: block; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin-top: 16px; }
.facts dt { color: var(--muted); }
figure { margin-top: 16px; break-inside: avoid; }
figcaption { margin-top: 6px; font-size: 12px; color: var(--muted); }
svg { display: block; width: 100%; height: auto; }
.patterns { position: absolute; width: 0; height: 0; }
svg text { font-family: "Open Sans", "Helvetica Neue", "Segoe UI", Roboto, Arial, "Liberation Sans", sans-serif; fill: var(--ink); }
.step { margin-top: 26px; padding-top: 12px; border-top: 1px solid var(--line); }
.step:first-of-type { border-top: 0; margin-top: 0; padding-top: 0; }
.step-head { display: flex; gap: 12px; justify-content: space-between; align-items: baseline; break-after: avoid; }
.step-head .small { flex: none; text-align: right; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 12.5px; line-height: 1.45; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: 6px 8px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-size: 11px; font-weight: 600; color: var(--muted); border-bottom: 1px solid #9aa3af; }
td:first-child, th:first-child { padding-left: 0; }
td:last-child, th:last-child { padding-right: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.time { font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 1px 7px; border-radius: 3px; font-size: 11px; line-height: 17px; font-weight: 600; white-space: nowrap; background: var(--grey-wash); color: #3c4552; }
.badge.passed, .badge.done { background: var(--green-wash); color: #0a6430; }
.badge.failed, .badge.refused, .badge.error, .badge.fatal { background: var(--bad-wash); color: var(--bad); }
.badge.waiting, .badge.warn, .badge.waived { background: var(--wait-wash); color: var(--wait); }
tr.waived td { background: var(--wait-wash); }
tr.waived td:first-child { padding-left: 8px; }
.evidence { margin-top: 4px; color: var(--muted); font-size: 11.5px; line-height: 1.45; }
.evidence li { padding-left: 10px; text-indent: -10px; }
.evidence li::before { content: "· "; }
.waiver { margin-top: 4px; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-top: 8px; font-size: 11.5px; color: var(--muted); }
.legend svg { display: inline-block; width: 14px; height: 10px; margin-right: 5px; }
.hash { overflow-wrap: anywhere; }
footer { margin-top: 34px; padding-top: 10px; border-top: 1px solid var(--line); }
@page { size: A4; margin: 15mm 15mm 17mm; }
@media print {
  html { background: #fff; }
  body { max-width: none; padding: 0; font-size: 9.6pt; }
  h1 { font-size: 19pt; }
  h2 { margin-top: 24pt; }
  .events table { font-size: 8.6pt; }
}
`
