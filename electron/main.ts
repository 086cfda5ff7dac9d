import { accessSync, constants, mkdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app, type BrowserWindow, clipboard, dialog, Menu, powerMonitor, shell } from 'electron'
import * as z from 'zod'
import { listProfiles } from './account/profiles.ts'
import { ELASTIC_BEANSTALK_REGIONS } from './account/regions.ts'
import type { PracticeBundle } from './contract/connection.ts'
import type { Credentials } from './contract/contract.ts'
import { problem, problemOf } from './contract/problem.ts'
import { openDesk } from './desk.ts'
import { answerCalls, type Handlers, refuseCalls, tell } from './ipc.ts'
import { type Journal, openJournal, type StoredRelease } from './journal/journal.ts'
import { leaveInOrder } from './leaving.ts'
import { setMenu } from './menu.ts'
import { tellMishaps } from './mishap.ts'
import { createNotices } from './notices.ts'
import { type PracticeProcess, startPracticeAccount } from './practice-account.ts'
import { registerScheme, serveApp } from './protocol.ts'
import { openReleases } from './releases.ts'
import { builtFile, keepBounds, lockNavigation, openWindow } from './window.ts'

const resource = (...parts: readonly string[]) =>
  join(app.isPackaged ? process.resourcesPath : join(app.getAppPath(), 'resources'), ...parts)

/** What is remembered of the last sign-in: never a secret. */
const remembered = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('practice') }),
  z.object({ kind: z.literal('profile'), profile: z.string(), region: z.string() }),
])
const rectangle = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
const practiceBundles = z.array(z.object({ fileName: z.string(), versionLabel: z.string(), description: z.string() }))

// The sandbox holds everywhere; only a development run as root, where Chromium cannot have one, may do without.
const withoutSandbox = app.commandLine.hasSwitch('no-sandbox')
if (!withoutSandbox) app.enableSandbox()
else if (app.isPackaged) {
  console.error('Signalbox does not run without Chromium’s sandbox.')
  app.exit(1)
}

tellMishaps()
Menu.setApplicationMenu(null)
registerScheme()
lockNavigation()

if (app.requestSingleInstanceLock()) void start()
else void leaveToTheOther()

async function start(): Promise<void> {
  await app.whenReady()
  serveApp(builtFile('renderer'))
  // First of all: the page's process starts while the journal is opened.
  const window = openWindow({
    preload: builtFile('preload', 'preload.cjs'),
    icon: resource('icons', '512x512.png'),
  })
  setMenu(null)
  const folder = app.getPath('userData')
  const begin = () => {
    mkdirSync(folder, { recursive: true })
    return work(window, folder, openJournal(join(folder, 'journal.sqlite')))
  }
  try {
    begin()
  } catch (thrown) {
    // The window says what is wrong; its “Try again” asks for the start once more.
    refuseCalls(problemOf(thrown), () => begin())
  }
}

/** Everything the window asks for, answered from this journal on. */
function work(window: BrowserWindow, folder: string, file: Journal): Handlers {
  const notice = createNotices(window)
  const releases = openReleases(
    file,
    (view) => {
      tell(window, 'releaseChanged', view)
      notice(view)
    },
    (list) => tell(window, 'releasesChanged', list),
  )

  let practice: Promise<PracticeProcess> | null = null
  const startPractice = () => {
    practice ??= startPracticeAccount(join(folder, 'practice'), practiceSpeed())
    practice.catch(() => {
      practice = null
    })
    return practice
  }

  const desk = openDesk({
    version: app.getVersion(),
    releases,
    // What the first screen does not need is loaded when it is needed: the AWS clients above all.
    connect: async (credentials) => (await import('./connections.ts')).connectTo(credentials, startPractice),
    listProfiles: () => listProfiles(),
    regions: ELASTIC_BEANSTALK_REGIONS,
    inspect: async (path, options) => (await import('./bundle/inspect.ts')).inspectBundle(path, options),
    bundleRead: (progress) => tell(window, 'bundleRead', progress),
    askForBundle: async () => {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        title: 'Choose a source bundle',
        filters: [
          { name: 'Source bundles', extensions: ['zip', 'war', 'jar', 'json', 'yml', 'yaml'] },
          // A Dockerfile has no ending to be known by.
          { name: 'All files', extensions: ['*'] },
        ],
        properties: ['openFile'],
      })
      return canceled ? null : (filePaths[0] ?? null)
    },
    practiceBundles: {
      list: practiceBundlesList,
      path: async (fileName) => {
        if (!(await practiceBundlesList()).some((known) => known.fileName === fileName))
          throw problem('not-found', 'There is no such practice bundle')
        return resource('bundles', fileName)
      },
    },
    openExternal: (url) => shell.openExternal(url),
    copyText: (text) => void clipboard.writeText(text),
    saveReport: (releaseId, format) => saveReport(window, file.read(releaseId), format),
    remember: (credentials) => {
      if (credentials.kind !== 'keys') keepSetting(file, 'sign-in', credentials)
    },
    connectionChanged: (connected) => {
      setMenu(connected?.practice ?? null)
      tell(window, 'connectionChanged', connected?.connection ?? null)
    },
  })
  answerCalls(desk.handlers)

  keepBounds(window, rectangle.safeParse(parsed(file.setting('window'))).data ?? null, (bounds) =>
    keepSetting(file, 'window', bounds),
  )
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  leaveInOrder(window, {
    acting: releases.acting,
    close: async () => {
      await desk.close()
      ;(await practice)?.stop()
    },
    abandon: () => file.close(),
  })
  // What was seen before the computer slept says nothing about now, and a gap in a watch is a gap.
  powerMonitor.on('resume', () => releases.lookAgain())
  // The window writes its bounds while it closes, so the journal closes last.
  app.on('quit', () => file.close())

  // A release that has not ended goes on by itself where no secret is needed to sign in again.
  const unfinished = releases.list().some(({ outcome, damaged }) => outcome === null && !damaged)
  const last = remembered.safeParse(parsed(file.setting('sign-in'))).data
  if (unfinished && last) void desk.reconnect(last satisfies Credentials).catch(() => {})
  return desk.handlers
}

/** Another Signalbox has this folder, and shows its window; or nobody can write to the folder, which is to be said. */
async function leaveToTheOther(): Promise<void> {
  const folder = app.getPath('userData')
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (thrown) {
    await app.whenReady()
    dialog.showErrorBox(
      'Signalbox cannot write to its folder',
      `Without a journal no release is begun or continued. See that the folder can be written to and that the disk is not full, then start again.\n\n${folder}: ${String(thrown)}`,
    )
  }
  app.quit()
}

async function saveReport(
  window: BrowserWindow,
  stored: StoredRelease,
  format: 'html' | 'pdf' | 'json',
): Promise<{ readonly path: string } | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: join(app.getPath('documents'), `signalbox-${stored.id}.${format}`),
  })
  if (canceled || !filePath) return null
  const [{ reportOf }, { reportHtml }, { reportJson }, { printPdf }] = await Promise.all([
    import('./report/report.ts'),
    import('./report/html.ts'),
    import('./report/json.ts'),
    import('./print.ts'),
  ])
  const versions = { signalbox: app.getVersion(), electron: process.versions['electron'] ?? '' }
  const report = reportOf({ ...stored, madeAt: Date.now(), versions })
  const content =
    format === 'json' ? reportJson(report) : format === 'html' ? reportHtml(report) : await printPdf(reportHtml(report))
  await writeFile(filePath, content).catch((thrown: unknown) => {
    throw problem('bad-input', 'The report could not be saved', {
      meaning: 'The release and its journal are not affected.',
      remedy: 'Choose another folder.',
      detail: String(thrown),
    })
  })
  return { path: filePath }
}

/** A comfort of the next start: that it cannot be written is told by what needs the journal. */
function keepSetting(file: Journal, name: string, value: unknown): void {
  try {
    file.setSetting(name, JSON.stringify(value))
  } catch (thrown) {
    console.error(problemOf(thrown).title)
  }
}

/** Account time per real time; the practice account is true to AWS at 1. */
function practiceSpeed(): number {
  const asked = Number(process.env['SIGNALBOX_PRACTICE_SPEED'])
  return asked > 0 ? asked : 60
}

async function practiceBundlesList(): Promise<readonly PracticeBundle[]> {
  return practiceBundles.parse(JSON.parse(await readFile(resource('bundles', 'index.json'), 'utf8')))
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}
