import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, LogRetention, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Plane } from '../../local/index.ts';

const START_MS = Date.UTC(2026, 0, 5, 8);
/** Providers load the AWS SDK anew in each context. */
const TEST_MS_MAX = 60_000;

function world() {
  const bugs: unknown[] = [];
  const plane = new Plane({ clock: { kind: 'virtual', startMs: START_MS }, seed: 1, onBug: (error) => bugs.push(error) });
  onTestFinished(() => plane.close());
  const settings = plane.clientSettings();
  return { plane, bugs, s3: new S3(settings), ssm: new SSM(settings), logs: new CloudWatchLogs(settings) };
}

/** Synthesizes a stack and deploys it. */
async function deploy(plane: Plane, build: (stack: Stack) => void) {
  process.env['CDK_VALIDATION'] = 'false';
  const outdir = mkdtempSync(join(tmpdir(), 'tickertape-test-'));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  const app = new App({ outdir, analyticsReporting: false });
  build(new Stack(app, 'Custom'));
  return plane.deploy(app.synth().directory);
}

describe('custom resources of the CDK run for real:', () => {
  it(
    'log retention makes the group and sets its days',
    async () => {
      const { plane, logs, bugs } = world();
      await deploy(plane, (stack) => {
        new LogRetention(stack, 'Retention', { logGroupName: '/aws/lambda/elsewhere', retention: RetentionDays.FIVE_DAYS });
      });
      const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: '/aws/lambda/elsewhere' });
      expect(logGroups.map(({ retentionInDays }) => retentionInDays)).toEqual([5]);
      expect(bugs).toEqual([]);
    },
    TEST_MS_MAX,
  );

  it(
    'a bucket is emptied, all versions, before it is deleted',
    async () => {
      const { plane, s3, bugs } = world();
      await deploy(plane, (stack) => {
        const bucket = new Bucket(stack, 'Bucket', {
          bucketName: 'to-be-emptied',
          versioned: true,
          autoDeleteObjects: true,
          removalPolicy: RemovalPolicy.DESTROY,
        });
        new CfnOutput(stack, 'Name', { value: bucket.bucketName });
      });
      for (const Body of ['1', '2']) await s3.putObject({ Bucket: 'to-be-emptied', Key: 'k', Body });
      await s3.deleteObject({ Bucket: 'to-be-emptied', Key: 'k' });
      await deploy(plane, (stack) => {
        new CfnOutput(stack, 'Name', { value: 'gone' });
        new LogGroup(stack, 'Group');
      });
      expect((await s3.listBuckets({})).Buckets ?? []).toEqual([]);
      expect(bugs).toEqual([]);
    },
    TEST_MS_MAX,
  );

  it(
    'AwsCustomResource calls AWS when it is made, changed and deleted',
    async () => {
      const { plane, ssm, bugs } = world();
      const put = (Value: string) => ({
        service: 'SSM',
        action: 'putParameter',
        parameters: { Name: '/custom', Value, Type: 'String', Overwrite: true },
        physicalResourceId: PhysicalResourceId.of('/custom'),
      });
      const build = (value: string) => (stack: Stack) => {
        const call = new AwsCustomResource(stack, 'Call', {
          onUpdate: put(value),
          onDelete: { service: 'SSM', action: 'deleteParameter', parameters: { Name: '/custom' } },
          policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
          installLatestAwsSdk: false,
        });
        new CfnOutput(stack, 'Version', { value: call.getResponseField('Version') });
      };
      await deploy(plane, build('one'));
      expect([(await ssm.getParameter({ Name: '/custom' })).Parameter?.Value, plane.deployment.outputs['Custom']]).toEqual(['one', { Version: '1' }]);
      await deploy(plane, build('two'));
      expect([(await ssm.getParameter({ Name: '/custom' })).Parameter?.Value, plane.deployment.outputs['Custom']]).toEqual(['two', { Version: '2' }]);
      await deploy(plane, (stack) => {
        new LogGroup(stack, 'Group');
      });
      await expect(ssm.getParameter({ Name: '/custom' })).rejects.toThrow(expect.objectContaining({ name: 'ParameterNotFound' }));
      expect(bugs).toEqual([]);
    },
    TEST_MS_MAX,
  );

  it(
    'a call that its role does not allow fails the deployment, and says what is missing',
    async () => {
      const { plane } = world();
      const denied = deploy(plane, (stack) => {
        new AwsCustomResource(stack, 'Call', {
          onCreate: { service: 'SSM', action: 'getParameter', parameters: { Name: '/custom' }, physicalResourceId: PhysicalResourceId.of('x') },
          policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: ['arn:aws:ssm:us-east-1:000000000000:parameter/other'] }),
          installLatestAwsSdk: false,
        });
      });
      await expect(denied).rejects.toThrow(/Custom\/Call.*is not authorized to perform: ssm:GetParameter on resource: .*parameter\/custom/s);
    },
    TEST_MS_MAX,
  );

  const onEvent = (stack: Stack, name = 'OnEvent') =>
    new LambdaFunction(stack, name, {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromInline(
        "exports.handler = async (event) => ({ PhysicalResourceId: 'made', Data: { Said: event.RequestType + ' ' + event.ResourceProperties.word } });",
      ),
    });

  it(
    'the provider framework calls onEvent',
    async () => {
      const { plane, bugs } = world();
      await deploy(plane, (stack) => {
        const provider = new Provider(stack, 'Provider', { onEventHandler: onEvent(stack) });
        const resource = new CustomResource(stack, 'Resource', { serviceToken: provider.serviceToken, properties: { word: 'hello' } });
        new CfnOutput(stack, 'Said', { value: resource.getAttString('Said') });
        new CfnOutput(stack, 'Ref', { value: resource.ref });
      });
      expect(plane.deployment.outputs['Custom']).toEqual({ Said: 'Create hello', Ref: 'made' });
      expect(bugs).toEqual([]);
    },
    TEST_MS_MAX,
  );
});

/** Whether a service of the plane makes that type. */
const makes = (plane: Plane, type: string): boolean => [...plane.kernel.installed()].some(({ service }) => type in (service.resourceTypes ?? {}));

describe('what needs another service is done whole, or refused by name:', () => {
  it(
    'a provider with isComplete, whose waiter is a state machine',
    async () => {
      const { plane } = world();
      const waiting = deploy(plane, (stack) => {
        const code = Code.fromInline('exports.handler = async () => ({ IsComplete: true, Data: { Said: "done" } });');
        const handler = (name: string) => new LambdaFunction(stack, name, { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code });
        const queryInterval = Duration.seconds(5);
        const provider = new Provider(stack, 'Provider', { onEventHandler: handler('OnEvent'), isCompleteHandler: handler('IsComplete'), queryInterval });
        const resource = new CustomResource(stack, 'Resource', { serviceToken: provider.serviceToken });
        new CfnOutput(stack, 'Said', { value: resource.getAttString('Said') });
      });
      if (makes(plane, 'AWS::StepFunctions::StateMachine')) {
        await waiting;
        expect(plane.deployment.outputs['Custom']).toEqual({ Said: 'done' });
      } else await expect(waiting).rejects.toThrow('the resource type AWS::StepFunctions::StateMachine');
    },
    TEST_MS_MAX,
  );

  it(
    'the resource policy of a log group',
    async () => {
      const { plane, logs } = world();
      const granted = deploy(plane, (stack) => {
        new LogGroup(stack, 'Group', { logGroupName: 'granted' }).grantWrite(new ServicePrincipal('events.amazonaws.com'));
      });
      if (makes(plane, 'AWS::Logs::ResourcePolicy')) {
        await granted;
        expect((await logs.describeResourcePolicies({})).resourcePolicies?.length).toBe(1);
      } else await expect(granted).rejects.toThrow('the resource type AWS::Logs::ResourcePolicy');
    },
    TEST_MS_MAX,
  );
});
