import { afterAll } from 'vitest'
import { type Practice, type StartOptions, startPractice } from './start-practice.ts'

/** One practice account for all tests of a file, without users unless they are asked for; ended after the last of them. */
export async function practiceOfFile(options: StartOptions = {}): Promise<Practice> {
  const practice = await startPractice({ users: false, ...options })
  afterAll(() => practice.stop())
  return practice
}
