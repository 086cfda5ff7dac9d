import { defineConfig } from 'playwright/test'

export default defineConfig({
  testDir: 'test/app',
  testMatch: '**/*.e2e.ts',
  outputDir: 'out/test/e2e/files',
  reporter: [['list'], ['json', { outputFile: 'out/test/e2e/report.json' }]],
  // Each test drives a whole app and an account of its own; more than two starve each other on a small machine.
  workers: 2,
  fullyParallel: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: { trace: 'off' },
  forbidOnly: true,
})
