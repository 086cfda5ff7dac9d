import type { BundleDifference, BundleInspection } from '../../../electron/contract/models.ts'

const LONG_PATH =
  'node_modules/@customer-portal-for-all-countries/shared-components-of-the-whole-group/dist/esm/components/navigation/breadcrumbs/BreadcrumbsWithOverflowMenuAndKeyboardSupport.stories.mjs'

/** A bundle as main inspects it; one whose name says "broken" is full of trouble. */
export function inspectionOf(fileName: string): BundleInspection {
  const isBroken = fileName.includes('broken')
  const sound: BundleInspection = {
    bundleId: `bundle-${fileName}`,
    bundle: {
      path: fileName,
      fileName,
      sizeBytes: 14_236_112,
      sha256: '4f2c51d0a7e4b86f3d1c0e5a94b7f826d3c1a0e9f8b7a6d5c4e3f2a1b0c9d8e7',
    },
    sound: !isBroken,
    findings: [
      {
        severity: 'warning',
        text: '.ebextensions/04-cache.config declares something that keeps data (AWS::ElastiCache::ReplicationGroup).',
        details: ['Sessions: AWS::ElastiCache::ReplicationGroup, DeletionPolicy not set'],
        meaning: 'Green gets its own, empty one. Blue’s, if it has one, ends when blue is retired.',
        remedy: 'Where its data matters, make it outside of the environment first.',
      },
      {
        severity: 'info',
        text: 'It holds files that macOS adds (__MACOSX, .DS_Store).',
        details: ['__MACOSX/._server.js', 'public/.DS_Store'],
        meaning: 'They do no harm.',
      },
    ],
    entries: 412,
    unpackedBytes: 51_800_000,
    looksLike: 'Node.js (package.json)',
    suggestedLabel: fileName.replace('.zip', ''),
  }
  if (!isBroken) return sound
  return {
    ...sound,
    findings: [
      {
        severity: 'error',
        text: '.ebextensions/database.config declares a database (AWS::RDS::DBInstance).',
        details: ['Data: AWS::RDS::DBInstance, DeletionPolicy not set'],
        meaning:
          'Deployed to green it would create a new, empty database inside green, which dies with green; your data would not be in it.',
        remedy: 'Make the database outside of the environment, and take this out of the bundle.',
      },
      {
        severity: 'error',
        text: 'It holds names that lead outside of the application’s folder.',
        details: [
          ...Array.from({ length: 9 }, (_, index) => `../../etc/cron.d/${index}`),
          `../${LONG_PATH}`,
          'and 1,204 more',
        ],
        meaning: 'Such a file is made by an attack or a broken tool: it could overwrite files of the instance.',
        remedy: 'Do not release it. Make the bundle again from the application’s own files.',
      },
      ...sound.findings,
    ],
  }
}

/** Against what blue runs: short names and one that fits nowhere. */
export const difference: BundleDifference = {
  versionLabel: 'shop-1.4.2',
  added: 320,
  removed: 2,
  changed: 3,
  same: 18_402,
  files: [
    { name: '.ebextensions/04-cache.config', change: 'added', bytesBefore: null, bytes: 640 },
    { name: 'package.json', change: 'changed', bytesBefore: 1_204, bytes: 1_260 },
    { name: LONG_PATH, change: 'changed', bytesBefore: 48_204, bytes: 51_260 },
    { name: 'server.js', change: 'changed', bytesBefore: 9_204, bytes: 9_204 },
    { name: 'old/legacy-basket.js', change: 'removed', bytesBefore: 84_000, bytes: null },
    { name: 'old/legacy-wishlist.js', change: 'removed', bytesBefore: 12_000, bytes: null },
    ...Array.from({ length: 320 }, (_, index) => ({
      name: `public/images/product-${index}.webp`,
      change: 'added' as const,
      bytesBefore: null,
      bytes: 20_000 + index * 317,
    })),
  ],
}
