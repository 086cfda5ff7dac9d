import type { CloneOptions } from '../electron/contract/clone.ts'
import { numberFault } from './names.ts'

/** What green is to have otherwise than blue, as it is typed; empty: as on blue. */
export interface CloneForm {
  readonly platform: CloneOptions['platform']
  readonly template: string | null
  readonly instanceTypes: string
  readonly minSize: string
}

/** Every field as the release has it now. */
export function cloneFormOf(chosen: CloneOptions): CloneForm {
  const { platform, template, instanceTypes, minSize } = chosen
  return { platform, template, instanceTypes: instanceTypes ?? '', minSize: minSize === null ? '' : String(minSize) }
}

/** What goes to main; only for a form without a fault. */
export function cloneOptionsOf({ platform, template, instanceTypes, minSize }: CloneForm): CloneOptions {
  return {
    // A saved configuration brings its own platform.
    platform: template === null ? platform : 'same',
    template,
    instanceTypes: instanceTypes.trim() === '' ? null : instanceTypes.trim(),
    minSize: minSize.trim() === '' ? null : Number(minSize),
  }
}

/** What is wrong with the instance types, in words; null when they may be tried. */
export function instanceTypesFault(typed: string): string | null {
  if (typed.trim() === '') return null
  return /^[a-z0-9-]+\.[a-z0-9-]+(\s*,\s*[a-z0-9-]+\.[a-z0-9-]+)*$/.test(typed.trim())
    ? null
    : 'One type such as t3.small, or several with commas between them.'
}

/** What is wrong with the minimum size, in words; null when it may be tried. */
export function minSizeFault(typed: string): string | null {
  return typed.trim() === '' ? null : numberFault(typed, 1, 10_000)
}
