import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of two megabytes, mounted in this folder. */
export interface SmallDisk {
  readonly path: string
  makeReadOnly(yes: boolean): void
  remove(): void
}

/** Whether this process may mount a disk; only root on Linux may, and not in every container. */
export const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && triesMount()

/** Mounts one; to be removed before its folder is. */
export function smallDisk(folder: string): SmallDisk {
  const path = join(folder, 'disk')
  mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path])
  return {
    path,
    makeReadOnly: (yes) => {
      execFileSync('mount', ['-o', `remount,${yes ? 'ro' : 'rw'}`, path])
    },
    remove: () => {
      execFileSync('umount', [path])
    },
  }
}

function triesMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
