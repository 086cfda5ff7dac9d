import type { Instant } from '../electron/contract/models.ts'

/** "42 s", "3 min 20 s", "1 h 5 min", "2 d 3 h"; never negative. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ]
  if (days > 0) return pair(days, 'd', hours, 'h')
  if (hours > 0) return pair(hours, 'h', minutes, 'min')
  return pair(minutes, 'min', whole % 60, 's')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** "about 3 min left": rounded so that it does not flicker. */
export function timeLeft(seconds: number): string {
  if (seconds <= 0) return 'any moment now'
  if (seconds < 60) return `about ${Math.ceil(seconds / 5) * 5} s left`
  if (seconds < 3600) return `about ${Math.ceil(seconds / 60)} min left`
  return `about ${duration(Math.ceil(seconds / 300) * 300)} left`
}

/** "12:04:31" in the operator's own time zone. */
export function clockTime(at: Instant): string {
  return TIME.format(at)
}

/** "12:04" in the operator's own time zone. */
export function minuteTime(at: Instant): string {
  return MINUTE_TIME.format(at)
}

/** "23 Nov 2026, 12:04" in the operator's own time zone. */
export function dateTime(at: Instant): string {
  return DATE_TIME.format(at)
}

/** "4 Jan 2027" in the operator's own time zone. */
export function day(at: Instant): string {
  return DAY.format(at)
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const MINUTE_TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const DATE_TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** "812 bytes", "14.2 MB": decimal units, as S3 shows them. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 'bytes'
  for (const next of units) {
    if (value < 999.5) break
    value /= 1000
    unit = next
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** "0", "0.4", "12.3", "340": requests per second with the digits that matter. */
export function rate(requestsPerSecond: number): string {
  if (requestsPerSecond === 0) return '0'
  if (requestsPerSecond < 0.05) return '<0.1'
  return requestsPerSecond < 100 ? requestsPerSecond.toFixed(1) : String(Math.round(requestsPerSecond))
}

/** "24 ms", "1.4 s". */
export function milliseconds(value: number): string {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** "1 gate", "3 gates". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
