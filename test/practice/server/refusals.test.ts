import {
  AbortEnvironmentUpdateCommand,
  CheckDNSAvailabilityCommand,
  CreateApplicationCommand,
  CreateApplicationVersionCommand,
  CreateConfigurationTemplateCommand,
  CreateEnvironmentCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEnvironmentResourcesCommand,
  SwapEnvironmentCNAMEsCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
  ValidateConfigurationSettingsCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { describe, expect, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { clientsOf, refusal } from './clients.ts'

const practice = await practiceOfFile()
const clients = clientsOf(practice)

const NODE = {
  PlatformArn: 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 22 running on 64bit Amazon Linux 2023',
}

describe('what Elastic Beanstalk refuses, in its own words', () => {
  it.each<[string, () => Promise<unknown>, string, string]>([
    [
      'an environment that is not there',
      () => clients.beanstalk.send(new DescribeEnvironmentResourcesCommand({ EnvironmentId: 'fake_environment' })),
      'InvalidParameterValue',
      "No Environment found for EnvironmentId = 'fake_environment'.",
    ],
    [
      'neither id nor name',
      () => clients.beanstalk.send(new DescribeEnvironmentResourcesCommand({})),
      'MissingParameter',
      'Either EnvironmentId or EnvironmentName must be specified.',
    ],
    [
      'an update of an environment that is Updating',
      () =>
        clients.beanstalk.send(
          new UpdateEnvironmentCommand({ EnvironmentName: 'intranet-production', VersionLabel: '31' }),
        ),
      'InvalidParameterValue',
      'Environment named intranet-production is in an invalid state for this operation. Must be Ready.',
    ],
    [
      'the termination of an environment that is Updating',
      () => clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentName: 'intranet-production' })),
      'InvalidParameterValue',
      'Cannot terminate environment named intranet-production. It is currently pending deployment.',
    ],
    [
      'an abort where nothing is under way',
      () => clients.beanstalk.send(new AbortEnvironmentUpdateCommand({ EnvironmentName: 'shop-production' })),
      'InvalidParameterValue',
      'Environment named shop-production is in an invalid state for this operation. Must be pending deployment.',
    ],
    [
      'a name that is taken',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({ ApplicationName: 'ledger', EnvironmentName: 'shop-production', ...NODE }),
        ),
      'InvalidParameterValue',
      'Environment shop-production already exists.',
    ],
    [
      'a CNAME prefix that is taken',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({
            ApplicationName: 'shop',
            EnvironmentName: 'shop-green',
            CNAMEPrefix: 'ledger',
            ...NODE,
          }),
        ),
      'InvalidParameterValue',
      'DNS name (ledger.eu-central-1.elasticbeanstalk.com) is not available.',
    ],
    [
      'a CNAME prefix that is reserved',
      () => clients.beanstalk.send(new CheckDNSAvailabilityCommand({ CNAMEPrefix: 'fer-shop' })),
      'ValidationError',
      "1 validation error detected: Value 'fer-shop' at 'CNAMEPrefix' failed to satisfy constraint: Member Don't start domain name with 'fer-' (reserved).",
    ],
    [
      'a CNAME prefix for a worker',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({
            ApplicationName: 'shop',
            EnvironmentName: 'shop-worker-2',
            CNAMEPrefix: 'shop-worker-2',
            Tier: { Name: 'Worker', Type: 'SQS/HTTP' },
            ...NODE,
          }),
        ),
      'InvalidParameterValue',
      'Environment does not support a cname',
    ],
    [
      'a name that is too short',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({ ApplicationName: 'shop', EnvironmentName: 'abc', ...NODE }),
        ),
      'ValidationError',
      "1 validation error detected: Value 'abc' at 'environmentName' failed to satisfy constraint: Member must have length greater than or equal to 4",
    ],
    [
      'a version that is not there',
      () =>
        clients.beanstalk.send(
          new UpdateEnvironmentCommand({ EnvironmentName: 'shop-production', VersionLabel: '9.9.9' }),
        ),
      'InvalidParameterValue',
      "No Application Version named '9.9.9' found.",
    ],
    [
      'a template without a version',
      () =>
        clients.beanstalk
          .send(
            new CreateConfigurationTemplateCommand({
              ApplicationName: 'ledger',
              TemplateName: 'saved',
              PlatformArn: NODE.PlatformArn,
            }),
          )
          .then(() =>
            clients.beanstalk.send(
              new CreateEnvironmentCommand({
                ApplicationName: 'ledger',
                EnvironmentName: 'ledger-green',
                TemplateName: 'saved',
              }),
            ),
          ),
      'InvalidParameterValue',
      'No application version exists to deploy for Application named ledger.',
    ],
    [
      'a template that is already there',
      () =>
        clients.beanstalk.send(
          new CreateConfigurationTemplateCommand({
            ApplicationName: 'ledger',
            TemplateName: 'saved',
            PlatformArn: NODE.PlatformArn,
          }),
        ),
      'InvalidParameterValue',
      'Configuration Template saved already exists.',
    ],
    [
      'an application that is already there',
      () => clients.beanstalk.send(new CreateApplicationCommand({ ApplicationName: 'shop' })),
      'InvalidParameterValue',
      'Application shop already exists.',
    ],
    [
      'an application that is not there',
      () =>
        clients.beanstalk.send(
          new DescribeConfigurationSettingsCommand({ ApplicationName: 'nothing', EnvironmentName: 'shop-production' }),
        ),
      'InvalidParameterValue',
      "No Application named 'nothing' found.",
    ],
    [
      'a solution stack that is not there',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({
            ApplicationName: 'shop',
            EnvironmentName: 'shop-green',
            SolutionStackName: '64bit Amazon Linux 1 running COBOL',
          }),
        ),
      'InvalidParameterValue',
      "No Solution Stack named '64bit Amazon Linux 1 running COBOL' found.",
    ],
    [
      'a platform that is not there',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({
            ApplicationName: 'shop',
            EnvironmentName: 'shop-green',
            PlatformArn: 'arn:aws:elasticbeanstalk:eu-central-1::platform/COBOL/1',
          }),
        ),
      'InvalidParameterValue',
      "Platform 'arn:aws:elasticbeanstalk:eu-central-1::platform/COBOL/1' does not exist.",
    ],
    [
      'an option that does not exist',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({
            ApplicationName: 'shop',
            EnvironmentName: 'shop-green',
            ...NODE,
            OptionSettings: [{ Namespace: 'aws:elasticbeanstalk:environment', OptionName: 'Domain', Value: 'x' }],
          }),
        ),
      'ConfigurationValidationException',
      "Configuration validation exception: Invalid option specification (Namespace: 'aws:elasticbeanstalk:environment', OptionName: 'Domain'): Unknown configuration setting.",
    ],
    [
      'a database without a password',
      () =>
        clients.beanstalk.send(
          new CreateEnvironmentCommand({
            ApplicationName: 'shop',
            EnvironmentName: 'shop-green',
            ...NODE,
            OptionSettings: [{ Namespace: 'aws:rds:dbinstance', OptionName: 'HasCoupledDatabase', Value: 'true' }],
          }),
        ),
      'ConfigurationValidationException',
      "Configuration validation exception: Before you can create a database, 'DBPassword' must be set.",
    ],
    [
      'a version and options at once',
      () =>
        clients.beanstalk.send(
          new UpdateEnvironmentCommand({
            EnvironmentName: 'shop-production',
            VersionLabel: '1.4.2',
            OptionSettings: [{ Namespace: 'aws:autoscaling:asg', OptionName: 'MinSize', Value: '1' }],
          }),
        ),
      'InvalidParameterCombination',
      'You cannot deploy a new version and change the configuration settings at the same time.',
    ],
    [
      'a bundle that was never uploaded',
      () =>
        clients.beanstalk.send(
          new CreateApplicationVersionCommand({
            ApplicationName: 'shop',
            VersionLabel: '2',
            SourceBundle: { S3Bucket: 'elasticbeanstalk-eu-central-1-123456789012', S3Key: 'nowhere.zip' },
          }),
        ),
      'InvalidParameterCombination',
      'Unable to download from S3 location (Bucket: elasticbeanstalk-eu-central-1-123456789012  Key: nowhere.zip). Reason: Not Found',
    ],
    [
      'a swap with a worker',
      () =>
        clients.beanstalk.send(
          new SwapEnvironmentCNAMEsCommand({
            SourceEnvironmentName: 'shop-production',
            DestinationEnvironmentName: 'shop-worker',
          }),
        ),
      'InvalidParameterValue',
      'Environment does not support a cname',
    ],
    [
      'a swap across applications',
      () =>
        clients.beanstalk.send(
          new SwapEnvironmentCNAMEsCommand({
            SourceEnvironmentName: 'shop-production',
            DestinationEnvironmentName: 'ledger-production',
          }),
        ),
      'InvalidParameterValue',
      'Source and destination environments must belong to the same application.',
    ],
  ])('%s', async (_case, call, code, text) => {
    expect(await refusal(call())).toEqual({ code, status: 400, text })
  })

  it('validates settings without changing anything', async () => {
    const { Messages } = await clients.beanstalk.send(
      new ValidateConfigurationSettingsCommand({
        ApplicationName: 'shop',
        EnvironmentName: 'shop-production',
        OptionSettings: [
          { Namespace: 'aws:autoscaling:asg', OptionName: 'MinSize', Value: '0' },
          { Namespace: 'aws:elbv2:listener:443', OptionName: 'Protocol', Value: 'HTTPS' },
        ],
      }),
    )
    expect(Messages).toEqual([expect.objectContaining({ Severity: 'error', OptionName: 'MinSize' })])
  })
})
