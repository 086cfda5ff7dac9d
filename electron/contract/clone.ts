import * as z from 'zod'

/** What the operator may have otherwise on green than on blue; everything that is not named here is copied. */
export const cloneOptionsSchema = z.strictObject({
  platform: z.enum(['same', 'newest']),
  /** A saved configuration of the application instead of blue's own. */
  template: z.string().min(1).max(100).nullable(),
  /** One type or several, as `aws:ec2:instances` takes them. */
  instanceTypes: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]+\.[a-z0-9-]+(\s*,\s*[a-z0-9-]+\.[a-z0-9-]+)*$/)
    .max(200)
    .nullable(),
  minSize: z.number().int().min(1).max(10_000).nullable(),
})
export type CloneOptions = Readonly<z.output<typeof cloneOptionsSchema>>

/** Green as blue is. */
export const PLAIN_CLONE: CloneOptions = { platform: 'same', template: null, instanceTypes: null, minSize: null }

/** What there is to choose from for green, as it was read last. */
export interface CloneChoices {
  readonly chosen: CloneOptions
  /** The platform that blue runs. */
  readonly platform: string
  /** Null where blue runs the newest version of its branch, or where that could not be read. */
  readonly newest: { readonly platform: string; readonly changes: readonly string[] } | null
  /** Why the newest platform could not be told; null where it could. */
  readonly newestUnread: string | null
  readonly templates: readonly string[]
  readonly instanceTypes: string | null
  readonly minSize: number | null
  readonly maxSize: number | null
  /** Whether AWS updates blue's platform by itself: that is held off on green until the release ends. */
  readonly managedUpdates: boolean
}

/** One thing of blue beside the same thing of green; values are for reading only, secrets are never among them. */
export interface FidelityRow {
  readonly subject: 'setting' | 'tag' | 'platform' | 'role' | 'ingress' | 'listener' | 'capacity' | 'outside'
  readonly name: string
  readonly blue: string
  readonly green: string
  /** `expected`: it differs and has to; `differs`: nobody asked for it; `look`: nothing here can read it. */
  readonly verdict: 'same' | 'expected' | 'differs' | 'unknown' | 'look'
  /** What the thing does and why a difference matters, or why it has to differ. */
  readonly why: string | null
}

/** A change of green alone that takes a difference away; made when the operator asks for it. */
export interface Repair {
  readonly id: 'ingress' | 'settings' | 'capacity'
  readonly title: string
  readonly words: string
  readonly calls: readonly string[]
}

/** Blue and green side by side, after green was made. */
export interface Fidelity {
  /** On the account's clock. */
  readonly at: number
  readonly rows: readonly FidelityRow[]
  readonly repairs: readonly Repair[]
}

/** An option that green has only for the time of the release, and what it is given at the end of it. */
export interface Held {
  readonly namespace: string
  readonly optionName: string
  readonly during: string
  readonly after: string
}
