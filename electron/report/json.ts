import type { Report } from './report.ts'

/** The report for programs: pretty printed, the members always in the same order, ending in a line break. */
export function reportJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
