import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx,mjs}'],
    // What needs a real window is Playwright's.
    exclude: ['test/app/**', 'node_modules/**'],
    environment: 'node',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // The practice account and the property tests use a core each.
    maxWorkers: 2,
  },
})
