import {
  CreateEnvironmentCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { afterEach, beforeEach } from 'vitest'
import { type Clients, clientsOf, named } from '../server/clients.ts'
import { type Practice, startPractice } from '../start-practice.ts'

let practice: Practice
export let clients: Clients

/** Gives each test an account of its own, in which only that time passes which the test lets pass. */
export function pauseEach(): void {
  beforeEach(async () => {
    practice = await startPractice({ speed: 1, users: false })
    clients = clientsOf(practice)
    await practice.control('/clock', { pause: true })
  })
  afterEach(async () => {
    await practice.stop()
  })
}

export const fault = (body: object): Promise<unknown> => practice.control('/faults', body)
export const drift = (body: object): Promise<unknown> => practice.control('/drift', body)
export const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

/** Asks for an environment of the shop with two instances behind a load balancer; answers its id. */
export async function create(name: string, versionLabel = '1.4.2'): Promise<string> {
  const blue = await named(clients.beanstalk, 'shop-production')
  const { EnvironmentId } = await clients.beanstalk.send(
    new CreateEnvironmentCommand({
      ApplicationName: 'shop',
      EnvironmentName: name,
      CNAMEPrefix: name,
      PlatformArn: blue.PlatformArn,
      VersionLabel: versionLabel,
      OptionSettings: [
        { Namespace: 'aws:elasticbeanstalk:environment', OptionName: 'EnvironmentType', Value: 'LoadBalanced' },
        { Namespace: 'aws:autoscaling:asg', OptionName: 'MinSize', Value: '2' },
      ],
    }),
  )
  return EnvironmentId ?? ''
}

export const deploy = (EnvironmentName: string, VersionLabel = '1.4.1') =>
  clients.beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentName, VersionLabel }))

export const terminate = (EnvironmentName: string) =>
  clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentName }))
