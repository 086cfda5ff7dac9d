import type { Account } from '../model/account.ts'
import { extensionPolicy } from '../model/extension-databases.ts'
import type { EnvironmentRecord, StackResource } from '../model/records.ts'
import { deletionPolicy, hasCoupledDatabase, valueOf } from '../model/settings.ts'

type Member = string | number | boolean | readonly Member[] | { readonly [name: string]: Member }

/** The template Elastic Beanstalk made the environment's stack from, as JSON text: its resources with what matters of them. */
export function stackTemplate(account: Account, environment: EnvironmentRecord): string {
  const living = [...(environment.stack?.resources.values() ?? [])].filter(({ status }) => status !== 'DELETE_COMPLETE')
  const template: Member = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `AWS Elastic Beanstalk environment (Name: '${environment.name}'  Id: '${environment.id}')`,
    Parameters: {
      InstanceTypeFamily: { Type: 'String', Default: 't3' },
      ...(hasCoupledDatabase(environment.settings) ? { DBPassword: { Type: 'String', NoEcho: true } } : {}),
    },
    Resources: Object.fromEntries(
      living.map((resource) => [resource.logicalId, resourceOf(account, environment, resource)]),
    ),
  }
  return JSON.stringify(template, undefined, 2)
}

function resourceOf(account: Account, environment: EnvironmentRecord, { logicalId, type }: StackResource): Member {
  const policy =
    logicalId === 'AWSEBRDSDatabase'
      ? deletionPolicy(environment.settings)
      : extensionPolicy(account, environment, logicalId)
  const properties = propertiesOf(environment, logicalId, type)
  return {
    Type: type,
    // What happens to the database when the stack is deleted: `Delete` is CloudFormation's word too.
    ...(type === 'AWS::RDS::DBInstance' ? { DeletionPolicy: policy } : {}),
    ...(properties === undefined ? {} : { Properties: properties }),
  }
}

function propertiesOf(environment: EnvironmentRecord, logicalId: string, type: string): Member | undefined {
  const option = (namespace: string, name: string): string => valueOf(environment.settings, namespace, name) ?? ''
  switch (type) {
    case 'AWS::RDS::DBInstance':
      if (logicalId !== 'AWSEBRDSDatabase') return { DBInstanceClass: 'db.t3.micro', AllocatedStorage: '20' }
      return {
        AllocatedStorage: option('aws:rds:dbinstance', 'DBAllocatedStorage'),
        DBInstanceClass: option('aws:rds:dbinstance', 'DBInstanceClass'),
        DBName: 'ebdb',
        Engine: option('aws:rds:dbinstance', 'DBEngine'),
        MasterUsername: option('aws:rds:dbinstance', 'DBUser'),
        MasterUserPassword: { Ref: 'DBPassword' },
        VPCSecurityGroups: [{ 'Fn::GetAtt': ['AWSEBRDSDBSecurityGroup', 'GroupId'] }],
      }
    case 'AWS::AutoScaling::AutoScalingGroup':
      return {
        MinSize: option('aws:autoscaling:asg', 'MinSize'),
        MaxSize: option('aws:autoscaling:asg', 'MaxSize'),
        LaunchConfigurationName: { Ref: 'AWSEBAutoScalingLaunchConfiguration' },
      }
    case 'AWS::EC2::SecurityGroup':
      return {
        GroupDescription:
          logicalId === 'AWSEBLoadBalancerSecurityGroup' ? 'Load Balancer Security Group' : 'VPC Security Group',
        ...(logicalId === 'AWSEBRDSDBSecurityGroup'
          ? { SecurityGroupIngress: [{ SourceSecurityGroupId: { Ref: 'AWSEBSecurityGroup' }, IpProtocol: 'tcp' }] }
          : {}),
      }
    case 'AWS::ElasticLoadBalancingV2::LoadBalancer':
      return {
        Type: option('aws:elasticbeanstalk:environment', 'LoadBalancerType'),
        SecurityGroups: [{ Ref: 'AWSEBLoadBalancerSecurityGroup' }],
      }
    case 'AWS::ElasticLoadBalancingV2::Listener':
      return {
        LoadBalancerArn: { Ref: 'AWSEBV2LoadBalancer' },
        Port: Number(/(\d+)$/.exec(logicalId)?.[1] ?? '80'),
        DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'AWSEBV2LoadBalancerTargetGroup' } }],
      }
    default:
      return undefined
  }
}
