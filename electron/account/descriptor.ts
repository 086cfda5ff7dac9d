import * as z from 'zod'
import { problem } from '../contract/problem.ts'

const loopback = z.string().regex(/^(127\.0\.0\.1|\[::1\]|localhost):\d{1,5}$/)
const loopbackUrl = z
  .url()
  .refine(
    (url) => ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname),
    'The practice account is on this computer only',
  )

const descriptor = z.object({
  endpoint: loopbackUrl,
  region: z.string().min(1),
  accountId: z.string().regex(/^\d{12}$/),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  dns: z.object({
    authoritative: loopback,
    resolvers: z.array(z.object({ name: z.string(), address: loopback, policy: z.string() })),
  }),
  dial: z.record(z.string(), loopback),
  control: loopbackUrl,
  /** Whom the environments' certificates are signed by; another one with each start. */
  ca: z.string().optional(),
  clock: z.object({ now: z.number(), speed: z.number().min(0) }),
})

/** What the practice account says of itself when it is ready. */
export type PracticeDescriptor = z.output<typeof descriptor>

/** Reads the practice account's line (or the object itself); throws `not-connected` where it is not one. Refuses all but loopback. */
export function readDescriptor(line: unknown): PracticeDescriptor {
  let value: unknown = line
  if (typeof line === 'string') {
    try {
      value = JSON.parse(line)
    } catch {
      value = undefined
    }
  }
  const parsed = descriptor.safeParse(value)
  if (parsed.success) return parsed.data
  throw problem('not-connected', 'The practice account did not start as it should', {
    meaning: 'There is nothing to connect to. Nothing was changed anywhere.',
    remedy: 'Connect to it again. If it comes back, start Signalbox anew.',
    detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
  })
}
