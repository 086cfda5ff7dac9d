import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The screens on their own, with a bridge that answers from fixtures: `npx vite --config test/renderer/preview/vite.config.ts`,
// then http://127.0.0.1:5199/?fixture=swap (the names are in fixtures.ts). Never part of the app.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    port: 5199,
    strictPort: true,
    fs: { allow: [resolve(import.meta.dirname, '../../..')] },
  },
  build: { outDir: resolve(import.meta.dirname, '../../../out/preview'), emptyOutDir: true },
})
