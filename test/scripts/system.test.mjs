import { expect, it } from 'vitest'
import { authorityFile } from '../../scripts/display.mjs'
import { parseMissingLibraries, programExists } from '../../scripts/system-libraries.mjs'

it('finds the libraries that ldd misses', () => {
  const output = `
	linux-vdso.so.1 (0x00007ffd)
	libnss3.so => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
	libgbm.so.1 => not found
`
  expect(parseMissingLibraries(output)).toEqual(['libnss3.so', 'libgbm.so.1'])
})

it('knows a program on the path from one that is not', () => {
  expect([programExists('sh'), programExists('no-such-program-here')]).toEqual([process.platform !== 'win32', false])
})

it('writes an Xauthority entry for any display: family, address, number, name, cookie', () => {
  expect(authorityFile(Buffer.alloc(16, 0xab)).toString('latin1')).toBe(
    `\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10${'\xab'.repeat(16)}`,
  )
})
