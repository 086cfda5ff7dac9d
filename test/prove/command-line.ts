/** Runs a command to its exit code; what is wrong with its options is said in a line. */
export async function command(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}

/** The number behind an option; throws in words where it is none. */
export function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (text === '' || !Number.isInteger(number) || number < 0)
    throw new Error(`--${name} must be a whole number, not “${text}”`)
  return number
}

/** One line that is written anew, where somebody looks on; a line now and then where it goes to a log. */
export function progress(count: number, what: string): (done: number) => void {
  const begun = performance.now()
  let said = 0
  return (done) => {
    const rate = done / ((performance.now() - begun) / 1000)
    const line = `${done} of ${count} ${what}, ${rate.toFixed(0)} a second`
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
    else if (done - said >= count / 10) {
      said = done
      process.stderr.write(`${line}\n`)
    }
  }
}

/** Takes the line away that was written anew. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}
