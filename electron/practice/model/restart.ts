import { type Account, after, beginOperation, endOperation } from './account.ts'
import { narrate } from './events.ts'
import { refreshedAt, watchHealth } from './health.ts'
import type { EnvironmentRecord } from './records.ts'
import { notReady } from './swap.ts'

/** Restarts the application on every instance at once; a recorded restart took 7 s. */
export function restartAppServer(account: Account, environment: EnvironmentRecord, requestId: string): void {
  if (environment.status !== 'Ready') throw notReady(environment)
  beginOperation(account, environment, 'restart', requestId)
  environment.status = 'Updating'
  narrate(account, environment, 'restartAppServer is starting.')
  after(account, environment, 3, () => {
    for (const instance of environment.instances) {
      instance.executing = true
      instance.answers = account.now + instance.behaviour.startMilliseconds
    }
    watchHealth(account, environment)
  })
  after(account, environment, 9, () => narrate(account, environment, 'Instance deployment completed successfully.'))
  after(account, environment, 10, () => {
    for (const instance of environment.instances) instance.executing = false
    environment.settles = refreshedAt(account) + 20_000
    narrate(account, environment, 'Restarted application server on all ec2 instances.')
    environment.status = 'Ready'
    endOperation(account, environment)
    watchHealth(account, environment)
  })
}
