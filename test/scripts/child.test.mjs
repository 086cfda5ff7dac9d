import { describe, expect, it } from 'vitest'
import { captureChild, runChild } from '../../scripts/child.mjs'

const node = process.execPath
const environment = { ELECTRON_RUN_AS_NODE: '1' }

describe('a child', () => {
  it('answers its exit code', async () => {
    expect(await runChild(node, ['-e', 'process.exit(3)'], { environment })).toBe(3)
  })

  it('answers 128 + the signal that ended it, as a shell does', async () => {
    expect(await runChild(node, ['-e', 'process.kill(process.pid, "SIGTERM")'], { environment })).toBe(143)
  })

  it('is captured with both streams, stdout also alone', async () => {
    const { code, stdout, output } = await captureChild(node, ['-e', 'console.log("a"); console.error("b")'], {
      environment,
    })
    expect({ code, stdout, both: output.includes('a') && output.includes('b') }).toEqual({
      code: 0,
      stdout: 'a\n',
      both: true,
    })
  })

  it('is ended at its limit', async () => {
    const { code } = await captureChild(node, ['-e', 'setInterval(() => {}, 1000)'], {
      environment,
      limitMilliseconds: 200,
    })
    expect(code).toBe(143)
  })

  it('answers 127 where the program is not there', async () => {
    expect((await captureChild('no-such-program-here', [])).code).toBe(127)
  })
})
