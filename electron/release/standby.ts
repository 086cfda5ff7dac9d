import type { Size } from '../contract/entries.ts'
import type { RetireStage } from '../contract/independence.ts'
import type { Environment, Gate, Health, Instant, Preview, Progress } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import { settingOf } from './couplings.ts'
import type { LeverInput } from './running.ts'
import { type ReleaseState, recordOf } from './state.ts'
import { evidence, gate } from './step.ts'
import type { OptionSetting } from './world.ts'

const SCALING = 'aws:autoscaling:asg'

/** What an environment on standby is shrunk to. */
export const ONE_INSTANCE: Size = { minSize: '1', maxSize: '1' }

/** How large an environment is set to be; null where its settings do not say. Pure. */
export function sizeOf(settings: readonly OptionSetting[]): Size | null {
  const valueOf = (wanted: string) =>
    settings.find(({ namespace, optionName }) => namespace === SCALING && optionName === wanted)?.value
  const [minSize, maxSize] = [valueOf('MinSize'), valueOf('MaxSize')]
  return minSize && maxSize ? { minSize, maxSize } : null
}

/** Whether one size holds as many as another. Pure. */
export function isAsLarge(size: Size, as: Size): boolean {
  return Number(size.minSize) >= Number(as.minSize) && Number(size.maxSize) >= Number(as.maxSize)
}

/** Whether there is nothing left to shrink. Pure. */
export function isOneInstance(size: Size): boolean {
  return Number(size.maxSize) <= 1
}

/** The settings that give an environment this size. */
export function sizeSettings({ minSize, maxSize }: Size): readonly OptionSetting[] {
  return [
    { namespace: SCALING, optionName: 'MinSize', value: minSize, resourceName: null },
    { namespace: SCALING, optionName: 'MaxSize', value: maxSize, resourceName: null },
  ]
}

/** Until when blue is kept on standby; null where it is not, and on the way back. */
function standbyUntil(state: ReleaseState): Instant | null {
  const { settings, track } = state.release
  const seconds = settings.retirement?.standbySeconds ?? 0
  const { enteredAt } = state.forward.retire
  return track === 'forward' && seconds > 0 && enteredAt !== null ? enteredAt + seconds * 1000 : null
}

/** Whether the time on standby is over; none where there is none. Pure. */
export function standbyGates(state: ReleaseState, now: Instant): readonly Gate[] {
  const until = standbyUntil(state)
  if (until === null) return []
  const { name } = state.release.blue
  const when = `${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const isOver = now >= until
  return [
    gate(
      'standby',
      `${name} has been on standby for as long as you said`,
      isOver ? 'passed' : 'waiting',
      isOver
        ? `It was kept until ${when}. It costs money until it is terminated.`
        : `It is kept until ${when}. The release stays open, and Signalbox reminds you then.`,
      [evidence('operator', until, `kept until ${when}`)],
      { remedy: 'You may close Signalbox meanwhile. To end it sooner, change the time above.' },
    ),
  ]
}

/** How far the standby is; null where there is none, and once it is over. Pure. */
export function standbyProgress(state: ReleaseState, now: Instant): Progress | null {
  const until = standbyUntil(state)
  const { enteredAt } = state.forward.retire
  if (until === null || enteredAt === null || now >= until) return null
  return {
    label: `${state.release.blue.name} is kept on standby`,
    fraction: (now - enteredAt) / (until - enteredAt),
    secondsLeft: (until - now) / 1000,
  }
}

/** What an environment costs as long as it is there, in words and without prices. Pure. */
export function keepingCosts(settings: readonly OptionSetting[], health: Health | null, size: Size | null): string {
  const types =
    settingOf(settings, 'InstanceTypes')?.split(',')[0]?.trim() || settingOf(settings, 'InstanceType') || null
  const count = health?.instances.length ?? (size ? Number(size.minSize) : null)
  const many = `${count} ${count === 1 ? 'instance' : 'instances'}`
  const instances = count === null ? 'its instances' : types === null ? many : `${many} of type ${types}`
  const isSingle = settingOf(settings, 'EnvironmentType') === 'SingleInstance'
  return `${instances}${isSingle ? '' : ' and a load balancer'}, and their disks and traffic, for every hour`
}

/** What the lever of the retire step does, before it is thrown. Pure. */
export function retirePreview(
  stage: 'shrink' | null,
  environment: Pick<Environment, 'name' | 'id'>,
  costs: string,
  size: Size | null,
): Preview {
  const { name, id } = environment
  if (stage === 'shrink')
    return {
      title: 'Shrink to one instance',
      words: `${name} goes on as a standby with one instance instead of ${size?.minSize ?? 'some'} to ${size?.maxSize ?? 'some'}. A way back then scales it up again first, which takes some minutes. Until now it costs ${costs}.`,
      calls: [`elasticbeanstalk:UpdateEnvironment ${id}: ${SCALING} MinSize = 1, MaxSize = 1, and nothing else`],
      asksPassword: false,
    }
  return {
    title: 'Terminate',
    words: `Keeping ${name} costs ${costs}. Its application version and the bundle in S3 are kept, so that Elastic Beanstalk can rebuild it for 42 days.`,
    calls: [`elasticbeanstalk:TerminateEnvironment ${id}, with its resources`],
    asksPassword: false,
  }
}

/** Refuses a lever that would terminate without the production URL typed, or at a moment when it would do something else. */
export function checkTypedUrl(lever: LeverInput, state: ReleaseState, stage: string | null): void {
  if (lever.step !== 'retire') return
  if ((lever.stage ?? null) !== stage)
    throw problem('locked', 'This lever would do something else now', {
      meaning: 'Nothing was changed.',
      remedy: 'Read what it does now, then throw it again.',
    })
  const { productionCname } = state.release
  if (stage !== null || lever.typedUrl.trim().toLowerCase() === productionCname.toLowerCase()) return
  throw problem('bad-input', 'That is not the production URL', {
    meaning: 'Nothing was terminated.',
    remedy: `Type ${productionCname}.`,
  })
}

/** Whether the lever that was thrown last was for this part of the retire step. */
export function isThrownFor(state: ReleaseState, stage: RetireStage | null): boolean {
  const record = recordOf(state, 'retire')
  return record.leverAt !== null && record.stage === stage
}
