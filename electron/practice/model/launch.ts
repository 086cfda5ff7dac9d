import { type Account, after, allocateAddress, endOperation } from './account.ts'
import { createCoupledDatabase, finishCoupledDatabase } from './databases.ts'
import { emit, narrate } from './events.ts'
import { createExtensionDatabase, finishExtensionDatabase } from './extension-databases.ts'
import { refreshedAt, watchHealth } from './health.ts'
import { launchInstances } from './instances.ts'
import { listenerPorts, updateListeners } from './listeners.ts'
import { planManagedActions } from './managed-actions.ts'
import type { SharedLoadBalancer } from './network-records.ts'
import { stackSuffix } from './random.ts'
import type { EnvironmentRecord, VersionRecord } from './records.ts'
import { hasCoupledDatabase, isLoadBalanced, minimumSize, valueOf } from './settings.ts'
import { sharedLoadBalancerOf } from './shared-load-balancers.ts'
import { addResource, createSecurityGroup, generatedName, openStack, stackTags, tcpRule } from './stack.ts'

// Seconds a coupled database adds: creating an RDS instance takes about eleven minutes.
const DATABASE_SECONDS = 673

// What a stack waits for its instances at most before it gives up.
const SILENCE_SECONDS = 1_200

/** What goes wrong with an environment that is being built; undefined: nothing. */
export type LaunchTrouble = 'ends red' | 'never reports' | undefined

/**
 * Builds everything an environment consists of, on the timeline that the Elastic Beanstalk CLI recorded for one
 * behind an application load balancer (391 s). An environment that ends red has instances
 * that never pass the health check; one that never reports has instances that Elastic Beanstalk never hears of.
 */
export function launch(
  account: Account,
  environment: EnvironmentRecord,
  version: VersionRecord,
  trouble: LaunchTrouble,
): void {
  openStack(account, environment)
  const withDatabase = hasCoupledDatabase(environment.settings)
  const delay = withDatabase || version.databases.length > 0 ? DATABASE_SECONDS : 0
  const loadBalanced = isLoadBalanced(environment)
  const step = (seconds: number, run: () => void): void => after(account, environment, seconds, run)

  step(1.5, () =>
    narrate(
      account,
      environment,
      `Using elasticbeanstalk-${account.region}-${account.accountId} as Amazon S3 storage bucket for environment data.`,
    ),
  )
  step(11, () => {
    environment.reportedHealth = 'Pending'
    emit(
      account,
      environment,
      'Environment health has transitioned to Pending. Initialization in progress (running for 3 seconds). There are no instances.',
    )
  })
  step(23, () => createGroups(account, environment))
  if (withDatabase) {
    step(40, () => createCoupledDatabase(account, environment))
    step(DATABASE_SECONDS - 20, () => finishCoupledDatabase(account, environment))
  }
  for (const database of version.databases) {
    step(42, () => createExtensionDatabase(account, environment, database))
    step(DATABASE_SECONDS - 20, () => finishExtensionDatabase(account, environment, database))
  }
  if (!loadBalanced) step(34 + delay, () => createSingleFront(account, environment))
  step(101 + delay, () => createScalingGroup(account, environment))
  if (loadBalanced) step(116 + delay, () => createScalingPolicies(account, environment))
  step(131 + delay, () => {
    launchInstances(account, environment, version, minimumSize(environment))
    for (const instance of trouble === undefined ? [] : environment.instances) {
      instance.answers = Number.POSITIVE_INFINITY
      if (trouble === 'never reports') instance.silent = true
    }
  })
  if (loadBalanced) step(150 + delay, () => createLoadBalancer(account, environment))
  const startSeconds = Math.max(0, version.behaviour.startMilliseconds / 1000 - 150)
  if (trouble === 'never reports') {
    step(131 + delay + SILENCE_SECONDS, () => failWaitCondition(account, environment))
    step(141 + delay + SILENCE_SECONDS, () => finishLaunch(account, environment, 'without instances'))
    return
  }
  if (trouble === 'ends red') {
    step(270 + delay, () =>
      narrate(account, environment, "Instance deployment failed. For details, see 'eb-engine.log'.", 'ERROR'),
    )
    step(391 + delay, () => finishLaunch(account, environment, 'with errors'))
    return
  }
  step(205 + delay, () => narrate(account, environment, 'Instance deployment completed successfully.'))
  step(371 + delay + startSeconds, () => {
    const minutes = Math.max(1, Math.round((account.now - (environment.operation?.started ?? account.now)) / 60_000))
    environment.reportedHealth = 'Ok'
    emit(
      account,
      environment,
      `Environment health has transitioned from Pending to Ok. Initialization completed 26 seconds ago and took ${minutes} minutes.`,
    )
  })
  step(391 + delay + startSeconds, () => finishLaunch(account, environment, 'successfully'))
}

/** The stack has waited for its instances in vain, and gives up. */
function failWaitCondition(account: Account, environment: EnvironmentRecord): void {
  const { stack } = environment
  narrate(
    account,
    environment,
    'The EC2 instances failed to communicate with AWS Elastic Beanstalk, either because of configuration problems with the VPC or a failed EC2 instance. Check your VPC configuration and try launching the environment again.',
    'ERROR',
  )
  if (stack === undefined) return
  const logicalId = 'AWSEBInstanceLaunchWaitCondition'
  const physicalId = `https://cloudformation-waitcondition-${account.region}.s3.amazonaws.com/${encodeURIComponent(stack.id)}`
  addResource(account, environment, { logicalId, type: 'AWS::CloudFormation::WaitCondition', physicalId })
  const added = stack.resources.get(logicalId)
  const reason = 'WaitCondition timed out. Received 0 conditions when expecting 1'
  if (added !== undefined) stack.resources.set(logicalId, { ...added, status: 'CREATE_FAILED', reason })
  stack.status = 'CREATE_FAILED'
  narrate(
    account,
    environment,
    `Stack named '${stack.name}' aborted operation. Current state: 'CREATE_FAILED'  Reason: The following resource(s) failed to create: [${logicalId}].`,
    'ERROR',
  )
}

function createLoadBalancer(account: Account, environment: EnvironmentRecord): void {
  const shared = sharedLoadBalancerOf(account, environment.settings)
  if (shared !== undefined) {
    joinLoadBalancer(account, environment, shared)
    return
  }
  const { region, accountId, random } = account
  const type = valueOf(environment.settings, 'aws:elasticbeanstalk:environment', 'LoadBalancerType')
  const name =
    type === 'classic'
      ? `${environment.id.slice(0, 3)}-AWSEBLoa-${stackSuffix(random)}`
      : `awseb-AWSEB-${stackSuffix(random)}`
  const kind = type === 'network' ? 'net' : 'app'
  const arn = `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/${kind}/${name}/${random.text(16, '0123456789abcdef')}`
  const front = {
    kind: 'load balancer' as const,
    name: type === 'classic' ? `awseb-${name}` : arn,
    endpoint: `${name.toLowerCase()}-${100000000 + random.below(900000000)}.${region}.elb.amazonaws.com`,
    addresses: [allocateAddress(account), allocateAddress(account)],
  }
  environment.front = front
  addResource(account, environment, {
    logicalId: type === 'classic' ? 'AWSEBLoadBalancer' : 'AWSEBV2LoadBalancer',
    type: type === 'classic' ? 'AWS::ElasticLoadBalancing::LoadBalancer' : 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    physicalId: front.name,
  })
  narrate(account, environment, `Created load balancer named: ${front.name}`)
  if (type === 'classic') return
  const listener = `${arn.replace(':loadbalancer/', ':listener/')}/${random.text(16, '0123456789abcdef')}`
  addResource(account, environment, {
    logicalId: 'AWSEBV2LoadBalancerListener',
    type: 'AWS::ElasticLoadBalancingV2::Listener',
    physicalId: listener,
  })
  narrate(account, environment, `Created Load Balancer listener named: ${listener}`)
  updateListeners(account, environment)
}

/** The environment's only own part of a shared load balancer is the rule that sends its names' requests to it. */
function joinLoadBalancer(account: Account, environment: EnvironmentRecord, shared: SharedLoadBalancer): void {
  const { arn, endpoint, addresses } = shared
  environment.front = { kind: 'load balancer', name: arn, endpoint, addresses }
  const rule = `${arn.replace(':loadbalancer/', ':listener-rule/')}/${account.random.text(16, '0123456789abcdef')}`
  addResource(account, environment, {
    logicalId: 'AWSEBV2LoadBalancerListenerRule',
    type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
    physicalId: rule,
  })
  narrate(account, environment, `Created Load Balancer listener rule named: ${rule}`)
}

function createGroups(account: Account, environment: EnvironmentRecord): void {
  const { random, region, accountId } = account
  let source: readonly string[] = []
  if (isLoadBalanced(environment)) {
    const target = `arn:aws:elasticloadbalancing:${region}:${accountId}:targetgroup/awseb-AWSEB-${stackSuffix(random)}/${random.text(16, '0123456789abcdef')}`
    addResource(account, environment, {
      logicalId: 'AWSEBV2LoadBalancerTargetGroup',
      type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      physicalId: target,
    })
    narrate(account, environment, `Created target group named: ${target}`)
    const shared = sharedLoadBalancerOf(account, environment.settings)
    source = [shared?.securityGroupId ?? createLoadBalancerGroup(account, environment)]
  }
  createOwnGroup(account, environment, source)
}

function createLoadBalancerGroup(account: Account, environment: EnvironmentRecord): string {
  const group = createSecurityGroup(account, {
    name: generatedName(account, environment, 'AWSEBLoadBalancerSecurityGroup'),
    description: 'Load Balancer Security Group',
    tags: stackTags(environment, 'AWSEBLoadBalancerSecurityGroup'),
    ingress: listenerPorts(environment).map((port) => tcpRule(port, { ranges: ['0.0.0.0/0'] })),
  })
  addResource(account, environment, {
    logicalId: 'AWSEBLoadBalancerSecurityGroup',
    type: 'AWS::EC2::SecurityGroup',
    physicalId: group.id,
  })
  narrate(account, environment, `Created security group named: ${group.id}`)
  return group.id
}

function createOwnGroup(account: Account, environment: EnvironmentRecord, source: readonly string[]): void {
  const { region, accountId } = account
  const own = createSecurityGroup(account, {
    name: generatedName(account, environment, 'AWSEBSecurityGroup'),
    description: 'VPC Security Group',
    tags: [...stackTags(environment, 'AWSEBSecurityGroup'), { key: 'Name', value: environment.name }],
    ingress: [tcpRule(80, source.length === 0 ? { ranges: ['0.0.0.0/0'] } : { groupIds: source })],
  })
  addResource(account, environment, {
    logicalId: 'AWSEBSecurityGroup',
    type: 'AWS::EC2::SecurityGroup',
    physicalId: own.id,
  })
  narrate(account, environment, `Created security group named: ${own.name}`)
  const configuration = generatedName(account, environment, 'AWSEBAutoScalingLaunchConfiguration')
  addResource(account, environment, {
    logicalId: 'AWSEBAutoScalingLaunchConfiguration',
    type: 'AWS::AutoScaling::LaunchConfiguration',
    physicalId: configuration,
  })
  narrate(account, environment, `Created Auto Scaling launch configuration named: ${configuration}`)
  if (environment.tier === 'Worker') {
    const queue = `https://sqs.${region}.amazonaws.com/${accountId}/${generatedName(account, environment, 'AWSEBWorkerQueue')}`
    addResource(account, environment, { logicalId: 'AWSEBWorkerQueue', type: 'AWS::SQS::Queue', physicalId: queue })
  }
}

function createSingleFront(account: Account, environment: EnvironmentRecord): void {
  if (environment.tier === 'Worker') return
  const address = allocateAddress(account)
  environment.front = { kind: 'elastic ip', name: address, endpoint: address, addresses: [address] }
  addResource(account, environment, { logicalId: 'AWSEBEIP', type: 'AWS::EC2::EIP', physicalId: address })
  narrate(account, environment, `Created EIP: ${address}`)
}

function createScalingGroup(account: Account, environment: EnvironmentRecord): void {
  const group = generatedName(account, environment, 'AWSEBAutoScalingGroup')
  addResource(account, environment, {
    logicalId: 'AWSEBAutoScalingGroup',
    type: 'AWS::AutoScaling::AutoScalingGroup',
    physicalId: group,
  })
  narrate(account, environment, `Created Auto Scaling group named: ${group}`)
  narrate(account, environment, 'Waiting for EC2 instances to launch. This may take a few minutes.')
}

function createScalingPolicies(account: Account, environment: EnvironmentRecord): void {
  const { random, region, accountId } = account
  const group = environment.stack?.resources.get('AWSEBAutoScalingGroup')?.physicalId ?? ''
  for (const direction of ['Up', 'Down']) {
    const logicalId = `AWSEBAutoScalingScale${direction}Policy`
    const arn = `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${random.uuid()}:autoScalingGroupName/${group}:policyName/${generatedName(account, environment, logicalId)}`
    addResource(account, environment, { logicalId, type: 'AWS::AutoScaling::ScalingPolicy', physicalId: arn })
    narrate(account, environment, `Created Auto Scaling group policy named: ${arn}`)
  }
  for (const level of ['High', 'Low']) {
    const logicalId = `AWSEBCloudwatchAlarm${level}`
    const name = generatedName(account, environment, logicalId)
    addResource(account, environment, { logicalId, type: 'AWS::CloudWatch::Alarm', physicalId: name })
    narrate(account, environment, `Created CloudWatch alarm named: ${name}`)
  }
}

function finishLaunch(
  account: Account,
  environment: EnvironmentRecord,
  how: 'successfully' | 'with errors' | 'without instances',
): void {
  if (environment.stack !== undefined && how !== 'without instances') environment.stack.status = 'CREATE_COMPLETE'
  environment.status = 'Ready'
  environment.settles = refreshedAt(account)
  if (how === 'successfully') {
    if (environment.cname !== undefined) narrate(account, environment, `Application available at ${environment.cname}.`)
    narrate(account, environment, `Successfully launched environment: ${environment.name}`)
  } else {
    narrate(
      account,
      environment,
      'Create environment operation is complete, but with errors. For more information, see troubleshooting documentation.',
      'ERROR',
    )
    if (how === 'without instances') narrate(account, environment, 'Failed to launch environment.', 'ERROR')
    narrate(
      account,
      environment,
      `Launched environment: ${environment.name}. However, there were issues during launch. See event log for details.`,
      'WARN',
    )
  }
  environment.launchFailed = how !== 'successfully'
  endOperation(account, environment)
  watchHealth(account, environment)
  planManagedActions(account, environment)
}
