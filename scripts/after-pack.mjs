import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Takes away what electron-builder leaves when it copies an Electron from a folder: Electron's own welcome app, and the
 * file that names its version.
 * @param {{ appOutDir: string, electronPlatformName: string }} context
 */
export default async function afterPack({ appOutDir, electronPlatformName }) {
  if (electronPlatformName === 'darwin') return
  for (const file of ['resources/default_app.asar', 'version']) await rm(join(appOutDir, file), { force: true })
}
