import type { OptionSetting } from './world.ts'

/** By the beginning of `namespace/option`, the longest that fits counts (AWS developer guide, general options for all environments). */
const WHY: Readonly<Record<string, string>> = {
  'aws:autoscaling:asg':
    'How many instances it keeps at least and at most: with fewer, the load of production may be too much for it.',
  'aws:autoscaling:launchconfiguration/IamInstanceProfile':
    'The role of the instances: with another one the application may be refused by the AWS services it uses.',
  'aws:autoscaling:launchconfiguration/SecurityGroups':
    'The security groups of the instances: without one of them a database or another service refuses green.',
  'aws:autoscaling:launchconfiguration/SSHSourceRestriction': 'From where the instances can be reached by SSH.',
  'aws:autoscaling:launchconfiguration/DisableDefaultEC2SecurityGroup':
    'Whether Elastic Beanstalk adds a security group of its own to the instances.',
  'aws:autoscaling:launchconfiguration/DisableIMDSv1':
    'How the instances hand out their credentials: an old library may need version 1, which is less safe.',
  'aws:autoscaling:launchconfiguration/InstanceType': 'How large each instance is.',
  'aws:autoscaling:launchconfiguration': 'How each instance is started: its image, its disks, its monitoring.',
  'aws:autoscaling:scheduledaction': 'When it is scaled by the clock: green would grow and shrink at other times.',
  'aws:autoscaling:trigger': 'When it scales out and in: under load green would not grow as blue does.',
  'aws:autoscaling:updatepolicy': 'How instances are replaced when the configuration changes.',
  'aws:ec2:instances': 'Which instances it runs on: their size, price and processor.',
  'aws:ec2:vpc': 'In which network it stands and who can reach it there.',
  'aws:elasticbeanstalk:application:environmentsecrets':
    'A property that is read from a secret: the application may not start, or may use another one.',
  'aws:elasticbeanstalk:application:environment':
    'A property that the application reads: it may not start, or may talk to another database.',
  'aws:elasticbeanstalk:application': 'The path by which its health is judged.',
  'aws:elasticbeanstalk:cloudwatch:logs': 'Whether its logs go to CloudWatch, and how long they are kept.',
  'aws:elasticbeanstalk:command': 'How a version is deployed: all at once or in batches.',
  'aws:elasticbeanstalk:environment/ServiceRole':
    'The role with which Elastic Beanstalk itself works on the environment: health and updates depend on it.',
  'aws:elasticbeanstalk:environment:process':
    'Where the load balancer sends requests, and when it takes an instance for healthy.',
  'aws:elasticbeanstalk:environment:proxy': 'The proxy in front of the application.',
  'aws:elasticbeanstalk:environment': 'What kind of environment it is, with which load balancer.',
  'aws:elasticbeanstalk:healthreporting': 'How its health is measured: Signalbox relies on it.',
  'aws:elasticbeanstalk:managedactions': 'Whether and when AWS updates its platform by itself.',
  'aws:elasticbeanstalk:sns:topics': 'Who is told of what happens to it.',
  'aws:elb:listener': 'At which ports it listens, and with which certificate.',
  'aws:elb': 'How its load balancer treats requests.',
  'aws:elbv2:listenerrule': 'Which requests go to which process: some paths or names may end elsewhere.',
  'aws:elbv2:listener': 'At which ports it listens, and with which certificate: users of HTTPS may be refused.',
  'aws:elbv2:loadbalancer': 'How its load balancer treats requests, and who may reach it.',
  'aws:rds:dbinstance': 'A database inside the environment.',
}

/** What an option does and why it matters that green has another value, for an operator who has never met it. */
export function whyItMatters({ namespace, optionName }: Pick<OptionSetting, 'namespace' | 'optionName'>): string {
  const key = `${namespace}/${optionName}`
  const found = Object.keys(WHY)
    .filter((prefix) => key.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length)[0]
  return (
    (found === undefined ? undefined : WHY[found]) ??
    'An option of Elastic Beanstalk: green may behave otherwise than blue.'
  )
}
