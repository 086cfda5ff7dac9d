import { AwsError } from '../../model/aws-error.ts'
import type { Instant } from '../../model/records.ts'

/** A metric, or what was computed of metrics: a value at each instant that has one. */
export interface TimeSeries {
  readonly label: string
  readonly periodSeconds: number
  readonly values: ReadonlyMap<Instant, number>
}

/** What an expression may speak of. */
export interface MathContext {
  /** The series of a query's id; undefined: there is no such query. */
  series(id: string): readonly TimeSeries[] | undefined
  /** The metrics that were asked for, without expressions. */
  metrics(): readonly TimeSeries[]
  readonly start: Instant
  readonly end: Instant
}

type Result = number | string | readonly TimeSeries[]

const LONGEST = 2_048
const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z][A-Za-z0-9_]*)|"([^"]*)"|'([^']*)'|(<=|>=|==|!=|&&|\|\||[-+*/^(),[\]<>]))/y

/** Computes an expression of metric math (user guide, CloudWatch: Using metric math); throws what is wrong with it. */
export function evaluate(id: string, expression: string, context: MathContext): readonly TimeSeries[] {
  const fail = (why: string): AwsError => new AwsError('ValidationError', `Error in expression '${id}': ${why}`)
  if (expression.length > LONGEST) throw fail('The expression is too long')
  const result = createParser(expression, context, fail).whole()
  if (typeof result === 'object') return result
  throw fail('The expression must return a time series, not a single value')
}

interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'sign' | 'end'
  readonly text: string
}

type Failure = (why: string) => AwsError
type Combine = (a: number, b: number) => number

const flag = (is: boolean): number => (is ? 1 : 0)
// From the loosest to the tightest.
const OPERATORS: readonly Readonly<Record<string, Combine>>[] = [
  { '||': (a, b) => flag(a !== 0 || b !== 0), '&&': (a, b) => flag(a !== 0 && b !== 0) },
  {
    '==': (a, b) => flag(a === b),
    '!=': (a, b) => flag(a !== b),
    '<=': (a, b) => flag(a <= b),
    '>=': (a, b) => flag(a >= b),
    '<': (a, b) => flag(a < b),
    '>': (a, b) => flag(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
  { '^': (a, b) => a ** b },
]

function createParser(expression: string, context: MathContext, fail: Failure) {
  const tokens = tokensOf(expression, fail)
  let position = 0
  const peek = (): Token => tokens[position] ?? { kind: 'end', text: '' }
  const take = (): Token => {
    const token = peek()
    position += 1
    return token
  }
  const takeSign = (text: string): boolean => {
    const isThere = peek().kind === 'sign' && peek().text === text
    if (isThere) position += 1
    return isThere
  }
  const expectSign = (text: string): void => {
    if (!takeSign(text)) throw fail(`Unexpected '${peek().text}', expected '${text}'`)
  }

  const binary = (level: number): Result => {
    const operators = OPERATORS[level]
    if (operators === undefined) return unary()
    let left = binary(level + 1)
    for (;;) {
      const { kind, text } = peek()
      const combine = kind === 'sign' && Object.hasOwn(operators, text) ? operators[text] : undefined
      if (combine === undefined) return left
      position += 1
      left = combined(left, binary(level + 1), combine, fail)
    }
  }
  const unary = (): Result => {
    if (takeSign('-')) return combined(-1, unary(), (a, b) => a * b, fail)
    return primary()
  }
  const list = (end: string): Result[] => {
    const items: Result[] = []
    if (takeSign(end)) return items
    do items.push(binary(0))
    while (takeSign(','))
    expectSign(end)
    return items
  }
  const primary = (): Result => {
    const token = take()
    if (token.kind === 'number') return Number(token.text)
    if (token.kind === 'text') return token.text
    if (token.kind === 'sign' && token.text === '(') {
      const inner = binary(0)
      expectSign(')')
      return inner
    }
    if (token.kind === 'sign' && token.text === '[')
      return list(']').flatMap((item) => {
        if (typeof item !== 'object') throw fail('An array holds time series only')
        return item
      })
    if (token.kind !== 'name') throw fail(token.kind === 'end' ? 'It ends too early' : `Unexpected '${token.text}'`)
    if (takeSign('(')) return call(token.text, list(')'), context, fail)
    if (FILLS.has(token.text)) return token.text
    const series = context.series(token.text)
    if (series === undefined) throw fail(`There is no query with the id '${token.text}'`)
    return series
  }
  return {
    whole: (): Result => {
      const result = binary(0)
      if (peek().kind !== 'end') throw fail(`Unexpected '${peek().text}'`)
      return result
    },
  }
}

function tokensOf(expression: string, fail: Failure): readonly Token[] {
  const tokens: Token[] = []
  const text = expression.trim()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const [, number, name, double, single, sign] = TOKEN.exec(text) ?? []
    if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if ((double ?? single) !== undefined) tokens.push({ kind: 'text', text: double ?? single ?? '' })
    else throw fail(`Unexpected '${text.slice(at, at + 10)}'`)
  }
  return tokens
}

/** Two results, instant by instant; one value counts for every instant, one series for every series of an array. */
function combined(a: Result, b: Result, combine: Combine, fail: Failure): Result {
  if (typeof a === 'string' || typeof b === 'string') throw fail('A text cannot be computed with')
  if (typeof a === 'number') {
    return typeof b === 'number' ? combine(a, b) : b.map((series) => mapped(series, (value) => combine(a, value)))
  }
  if (typeof b === 'number') return a.map((series) => mapped(series, (value) => combine(value, b)))
  const [one, other] = [a, b].toSorted((x, y) => x.length - y.length)
  if (one?.length !== 1 && a.length !== b.length) throw fail('Arrays of different lengths cannot be computed with')
  return (other ?? []).map((_, index) => {
    const [left, right] = [a[index] ?? a[0], b[index] ?? b[0]]
    if (left === undefined || right === undefined) throw fail('An empty array cannot be computed with')
    const values = [...left.values].flatMap(([at, value]) => {
      const second = right.values.get(at)
      return second === undefined ? [] : [[at, combine(value, second)] as const]
    })
    return { ...left, values: finite(values) }
  })
}

function mapped(series: TimeSeries, change: (value: number, at: Instant) => number): TimeSeries {
  return { ...series, values: finite([...series.values].map(([at, value]) => [at, change(value, at)])) }
}

/** CloudWatch has no data point where a division by zero was. */
function finite(values: readonly (readonly [Instant, number])[]): ReadonlyMap<Instant, number> {
  return new Map(values.filter(([, value]) => Number.isFinite(value)))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const REDUCTIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: sum,
  AVG: (values) => sum(values) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
}
const SINGLE: Readonly<Record<string, (value: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  LOG: Math.log,
  LOG10: Math.log10,
}
const FILLS: ReadonlySet<string> = new Set(['REPEAT', 'LINEAR'])

function call(name: string, given: readonly Result[], context: MathContext, fail: Failure): Result {
  const seriesOf = (index: number): readonly TimeSeries[] => {
    const found = given[index]
    if (typeof found !== 'object') throw fail(`${name} needs a metric or an expression there`)
    return found
  }
  const reduce = REDUCTIONS[name]
  if (reduce !== undefined && Object.hasOwn(REDUCTIONS, name)) {
    const all = seriesOf(0)
    const [only, ...others] = all
    // Of one series all values come together; of an array, those of each instant.
    if (only !== undefined && others.length === 0) return reduce([...only.values.values()])
    const instants = [...new Set(all.flatMap(({ values }) => [...values.keys()]))].toSorted((a, b) => a - b)
    const values = instants.map((at) => [at, reduce(all.flatMap((series) => series.values.get(at) ?? []))] as const)
    return only === undefined ? [] : [{ ...only, label: name, values: finite(values) }]
  }
  const single = SINGLE[name]
  if (single !== undefined && Object.hasOwn(SINGLE, name)) {
    return typeof given[0] === 'number' ? single(given[0]) : seriesOf(0).map((series) => mapped(series, single))
  }
  switch (name) {
    case 'METRICS': {
      const wanted = given[0]
      return context.metrics().filter(({ label }) => typeof wanted !== 'string' || label.includes(wanted))
    }
    case 'PERIOD':
      return seriesOf(0)[0]?.periodSeconds ?? 60
    case 'FILL':
      return seriesOf(0).map((series) => filled(series, given[1], context, fail))
    case 'RUNNING_SUM':
      return seriesOf(0).map((series) => {
        let total = 0
        return mapped(series, (value) => (total += value))
      })
    case 'RATE':
      return seriesOf(0).map(rateOf)
    case 'IF': {
      const [condition, yes, no] = given
      if (condition === undefined || yes === undefined) throw fail('IF needs a condition and a value')
      const chosen = combined(condition, yes, (is, value) => (is === 0 ? Number.NaN : value), fail)
      if (no === undefined || typeof chosen === 'number')
        return typeof chosen === 'number' && Number.isNaN(chosen) ? (no ?? 0) : chosen
      const otherwise = combined(condition, no, (is, value) => (is === 0 ? value : Number.NaN), fail)
      if (typeof chosen !== 'object' || typeof otherwise !== 'object') throw fail('IF needs a metric in it')
      return chosen.map((series, index) => ({
        ...series,
        values: new Map([...series.values, ...(otherwise[index]?.values ?? [])].toSorted(([a], [b]) => a - b)),
      }))
    }
    default:
      throw fail(`The practice account does not know the function ${name}`)
  }
}

function filled(series: TimeSeries, by: Result | undefined, { start, end }: MathContext, fail: Failure): TimeSeries {
  if (typeof by === 'object') throw fail('FILL needs a number, REPEAT or LINEAR')
  if (typeof by !== 'number' && by !== 'REPEAT' && by !== 'LINEAR') throw fail('FILL needs a number, REPEAT or LINEAR')
  const period = series.periodSeconds * 1000
  const known = [...series.values].toSorted(([a], [b]) => a - b)
  const values: [Instant, number][] = []
  for (let at = start - (start % period); at < end; at += period) {
    const own = series.values.get(at)
    const before = known.findLast(([instant]) => instant < at)
    const after = known.find(([instant]) => instant > at)
    if (own !== undefined) values.push([at, own])
    else if (typeof by === 'number') values.push([at, by])
    else if (before !== undefined && by === 'REPEAT') values.push([at, before[1]])
    else if (before !== undefined && after !== undefined) {
      values.push([at, before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0])])
    }
  }
  return { ...series, values: new Map(values) }
}

function rateOf(series: TimeSeries): TimeSeries {
  const sorted = [...series.values].toSorted(([a], [b]) => a - b)
  const values = sorted.flatMap(([at, value], index) => {
    const before = sorted[index - 1]
    return before === undefined ? [] : [[at, (value - before[1]) / ((at - before[0]) / 1000)] as const]
  })
  return { ...series, values: new Map(values) }
}
