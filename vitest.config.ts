import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx,mjs}'],
    // What needs a real window is Playwright's.
    exclude: ['test/app/**', 'node_modules/**'],
    environment: 'node',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // What is awaited comes at once; on a busy machine that takes longer than the second that is Vitest's own.
    expect: { poll: { timeout: 10_000 } },
    // The practice account and the property tests use a core each.
    maxWorkers: 2,
  },
})
