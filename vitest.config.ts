import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx,mjs}'],
    // What needs a real window is Playwright's.
    exclude: ['test/app/**', 'node_modules/**'],
    environment: 'node',
    // For what hangs: a slow disk or a busy machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The practice account and the property tests use a core each.
    maxWorkers: 2,
  },
})
