import { build } from './build.mjs'
import { driveApp } from './drive.mjs'
import { prepare } from './prepare.mjs'
import { runCommand } from './root.mjs'

// npm run soak [-- --kills N --seed N --speed N]: the built app, killed at random moments of one release.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: true })
  await build(electron)
  return driveApp(electron, {
    script: 'scripts/soak.ts',
    arguments: commandArguments,
    writableFolders: ['out/soak'],
    privateDisplay: true,
  })
})
