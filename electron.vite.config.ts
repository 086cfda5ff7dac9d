import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const inProject = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      // Everything is bundled: the package carries no node_modules, and one file starts faster than hundreds.
      externalizeDeps: false,
      minify: true,
      outDir: 'out/app/main',
      rollupOptions: {
        input: { main: inProject('electron/main.ts'), practice: inProject('electron/practice/main.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      minify: true,
      outDir: 'out/app/preload',
      rollupOptions: {
        input: { preload: inProject('electron/preload.ts') },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      minify: true,
      cssMinify: true,
      // Loaded from the disk at hand, so one large chunk is not slower than many.
      chunkSizeWarningLimit: 2000,
      outDir: 'out/app/renderer',
      rollupOptions: { input: inProject('renderer/index.html') },
    },
  },
})
