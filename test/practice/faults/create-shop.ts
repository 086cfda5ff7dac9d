import { CreateEnvironmentCommand } from '@aws-sdk/client-elastic-beanstalk'
import { type Clients, named } from '../server/clients.ts'

/** Asks for an environment of the shop with two instances behind a load balancer; answers its id. */
export async function createShop({ beanstalk }: Clients, name: string, versionLabel = '1.4.2'): Promise<string> {
  const blue = await named(beanstalk, 'shop-production')
  const { EnvironmentId } = await beanstalk.send(
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
