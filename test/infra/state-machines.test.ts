import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFN } from '@aws-sdk/client-sfn';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Choice, Condition, DefinitionBody, JsonPath, Pass, StateMachine, TaskInput, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, SqsSendMessage } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { App, CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib/core';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Plane } from '../../local/index.ts';

const START_MS = Date.UTC(2026, 0, 5, 8);
/** Providers load the AWS SDK anew in each context. */
const TEST_MS_MAX = 60_000;

function world() {
  const bugs: unknown[] = [];
  const plane = new Plane({ clock: { kind: 'virtual', startMs: START_MS }, seed: 1, onBug: (error) => bugs.push(error) });
  onTestFinished(() => plane.close());
  return { plane, bugs, kernel: plane.kernel };
}

/** Synthesizes a stack and deploys it. */
async function deploy(plane: Plane, build: (stack: Stack) => void) {
  process.env['CDK_VALIDATION'] = 'false';
  const outdir = mkdtempSync(join(tmpdir(), 'tickertape-test-'));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  const app = new App({ outdir, analyticsReporting: false });
  build(new Stack(app, 'Machines'));
  return plane.deploy(app.synth().directory);
}

const inline = (source: string) => ({ runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline(source) });

describe('state machines that the CDK synthesizes', () => {
  it(
    'run with the grants that their tasks have',
    async () => {
      const { plane, kernel, bugs } = world();
      await deploy(plane, (stack) => {
        const double = new LambdaFunction(stack, 'Double', inline('exports.handler = async ({ n }) => ({ n: n * 2 });'));
        const queue = new Queue(stack, 'Queue');
        const invoke = new LambdaInvoke(stack, 'Invoke', { lambdaFunction: double, payloadResponseOnly: true });
        const send = new SqsSendMessage(stack, 'Send', { queue, messageBody: TaskInput.fromJsonPathAt('$'), resultPath: JsonPath.DISCARD });
        const again = new Choice(stack, 'Enough').when(Condition.numberLessThan('$.n', 100), invoke).otherwise(send.next(new Pass(stack, 'Done')));
        const wait = new Wait(stack, 'Wait', { time: WaitTime.duration(Duration.hours(1)) });
        const machine = new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(invoke.next(wait).next(again)) });
        new CfnOutput(stack, 'Arn', { value: machine.stateMachineArn });
      });
      const sfn = new SFN(plane.clientSettings());
      const stateMachineArn = plane.deployment.outputs['Machines']?.['Arn'] as string;
      const { executionArn } = await sfn.startExecution({ stateMachineArn, input: '{"n":9}' });
      await kernel.run({ untilMs: START_MS + 10 * 3_600_000 });
      expect(await sfn.describeExecution({ executionArn })).toMatchObject({ status: 'SUCCEEDED', output: '{"n":144}' });
      expect(bugs).toEqual([]);
    },
    TEST_MS_MAX,
  );

  it(
    'wait for a custom resource to be complete',
    async () => {
      const { plane, kernel, bugs } = world();
      const report = await deploy(plane, (stack) => {
        const onEventHandler = new LambdaFunction(
          stack,
          'OnEvent',
          inline("exports.handler = async () => ({ PhysicalResourceId: 'slow', Data: { at: Date.now() } });"),
        );
        const isComplete =
          "exports.handler = async ({ Data }) => (Date.now() - Data.at > 200_000 ? { IsComplete: true, Data: { word: 'ready' } } : { IsComplete: false });";
        const isCompleteHandler = new LambdaFunction(stack, 'IsComplete', inline(isComplete));
        const provider = new Provider(stack, 'Provider', {
          onEventHandler,
          isCompleteHandler,
          queryInterval: Duration.minutes(1),
          totalTimeout: Duration.minutes(30),
        });
        const slow = new CustomResource(stack, 'Slow', { serviceToken: provider.serviceToken });
        new CfnOutput(stack, 'Word', { value: slow.getAttString('word') });
      });
      expect(report).toBeDefined();
      expect(plane.deployment.outputs['Machines']?.['Word']).toBe('ready');
      expect(kernel.nowMs() - START_MS).toBeGreaterThan(200_000);
      expect(bugs).toEqual([]);
    },
    TEST_MS_MAX,
  );
});
