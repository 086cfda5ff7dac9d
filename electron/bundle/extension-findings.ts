import type { BundleFinding, DeclaredResource } from '../contract/models.ts'
import type { Entry } from './entries.ts'
import { describeResource, type Extension, readExtension } from './extension.ts'
import { named, readable } from './named.ts'

/** What the files of `.ebextensions` declare, and which of them nobody can read; pure. */
export function extensionFindings(files: readonly Entry[], extensions: readonly Extension[]): readonly BundleFinding[] {
  return [
    ...extensions.flatMap((extension) => {
      const read = readExtension(extension)
      const file = readable(read.name)
      return [
        ...declared(file, read.declared),
        ...faults(file, read.faults, read.unread),
        ...duplicates(file, read.duplicates),
      ]
    }),
    ...ignored(files),
  ]
}

function declared(file: string, all: readonly DeclaredResource[]): readonly BundleFinding[] {
  const of = (kind: DeclaredResource['kind']) => all.filter((each) => each.kind === kind)
  const types = (each: readonly DeclaredResource[]) => [...new Set(each.map(({ type }) => type))].join(', ')
  const [databases, data, unknown] = [of('database'), of('data'), of('unknown')]
  const findings: BundleFinding[] = []
  if (databases.length > 0) {
    findings.push({
      severity: 'error',
      text: `${file} declares a database (${types(databases)}).`,
      details: named(databases.map(describeResource)),
      meaning:
        'Deployed to green it would create a new, empty database inside green, which dies with green; your data would not be in it.',
      remedy: 'Make the database outside of the environment, and take this out of the bundle.',
    })
  }
  if (data.length > 0) {
    findings.push({
      severity: 'warning',
      text: `${file} declares something that keeps data (${types(data)}).`,
      details: named(data.map(describeResource)),
      meaning: `Green gets its own, empty one. Blue’s, if it has one, ends when blue is retired${data.every(({ deletionPolicy }) => deletionPolicy === 'Retain') ? ', but is kept by its DeletionPolicy' : ''}.`,
      remedy: 'Where its data matters, make it outside of the environment first.',
    })
  }
  if (unknown.length > 0) {
    findings.push({
      severity: 'warning',
      text: `${file} uses ${types(unknown)}: what that creates cannot be seen from here.`,
      details: named(unknown.map(describeResource)),
      meaning: 'Whether it creates a database inside green is not known.',
      remedy: 'Look into it yourself before you deploy.',
    })
  }
  return findings
}

function faults(file: string, syntax: readonly string[], unread: string | null): readonly BundleFinding[] {
  if (syntax.length > 0) {
    return [
      {
        severity: 'error',
        text: `${file} is neither valid YAML nor valid JSON.`,
        details: named(syntax),
        meaning: 'Elastic Beanstalk refuses a version with such a file, and what it declares cannot be known.',
        remedy: 'Correct it (YAML is indented with blanks, never with tabs) and make the bundle again.',
      },
    ]
  }
  return unread === null
    ? []
    : [
        {
          severity: 'warning',
          text: `${file} could not be read: ${unread}.`,
          meaning: 'Whether it declares a database is not known.',
          remedy: 'Look into it yourself before you deploy, or make the bundle again.',
        },
      ]
}

function duplicates(file: string, keys: readonly string[]): readonly BundleFinding[] {
  return keys.length === 0
    ? []
    : [
        {
          severity: 'warning',
          text: `${file} holds the same key twice.`,
          details: named(keys),
          meaning: 'Only the last one counts; what the first one says is lost without a word.',
          remedy: 'Put both under one key.',
        },
      ]
}

function ignored(files: readonly Entry[]): readonly BundleFinding[] {
  const found = files.filter(({ name }) => /^\.ebextensions\/[^/]+\.(ya?ml|json)$/i.test(name))
  return found.length === 0
    ? []
    : [
        {
          severity: 'info',
          text: 'Files of .ebextensions that do not end in .config are not used.',
          details: named(found.map(({ name }) => name)),
          meaning: 'Elastic Beanstalk reads only files whose names end in .config.',
        },
      ]
}
