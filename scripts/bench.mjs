import { build } from './build.mjs'
import { driveApp } from './drive.mjs'
import { prepare } from './prepare.mjs'
import { runCommand } from './root.mjs'

// npm run bench [-- [name …] --json]: start-up time, memory, what a rehearsed release and a large account cost.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: true })
  await build(electron)
  return driveApp(electron, {
    script: 'scripts/bench.ts',
    arguments: commandArguments,
    writableFolders: ['out/bench', 'out/rehearsal'],
    privateDisplay: true,
  })
})
