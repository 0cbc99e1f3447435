import { Duration, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { RetryLadder, type RetryLadderProps } from '../../infra/constructs/retry-ladder.ts';
import { ServiceTable } from '../../infra/constructs/service-table.ts';
import { Stream } from '../../infra/constructs/stream.ts';
import { BackboneStack } from '../../infra/stacks/backbone-stack.ts';
import { OrderPlaced } from '../../schemas/index.ts';
import { newApp, resourcesOf, type Template, targetOf } from './system-under-test.ts';

const HANDLER = 'functions/analytics/count-sign-ups.handler.ts';

/** The templates of a consumer with a ladder, on the bus or on a stream. */
function ladder(source: 'bus' | 'stream in order' | 'stream', props: Omit<RetryLadderProps, 'consumer'> = {}): ReadonlyMap<string, Template> {
  const app = newApp();
  const backbone = new BackboneStack(app, 'TickertapeBackbone');
  const stack = new Stack(app, 'Consumer');
  const table = new ServiceTable(stack, 'State', { hasStream: false });
  const common = { on: [OrderPlaced.v1], handler: HANDLER, table };
  const stream = new Stream(backbone, 'Log', { deadLetterIndex: backbone.bus.deadLetterIndex });
  const order = source === 'stream' ? 'none' : 'key';
  const consumer = source === 'bus' ? backbone.bus.subscribe(stack, 'audit', common) : stream.consume(stack, 'audit', { ...common, order });
  new RetryLadder(stack, 'Retries', { consumer, ...props });
  return new Map(app.synth().stacks.map(({ stackName, template }) => [stackName, template as Template]));
}

const queueNamed = (templates: ReadonlyMap<string, Template>, name: string) =>
  resourcesOf(templates, 'AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === name);

describe('a retry ladder', () => {
  it.each(['bus', 'stream'] as const)(
    'is a queue a rung, each with its delay, that the consumer takes from and that ends in its dead-letter queue: %s',
    (source) => {
      const templates = ladder(source);
      const deadLetters = queueNamed(templates, 'tickertape-audit-dead-letters');
      const mapped = resourcesOf(templates, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => targetOf(Properties.EventSourceArn));
      for (const [rung, delay] of [10, 60, 600, 900].entries()) {
        const queue = queueNamed(templates, `tickertape-audit-retry-${rung}`);
        expect(queue?.Properties).toMatchObject({ DelaySeconds: delay, VisibilityTimeout: 180, RedrivePolicy: { maxReceiveCount: 3 } });
        expect(targetOf(queue?.Properties.RedrivePolicy.deadLetterTargetArn)).toBe(deadLetters?.id);
        expect(mapped).toContain(queue?.id);
      }
      expect(JSON.stringify(deadLetters?.Properties.RedriveAllowPolicy).match(/tickertape-audit(-retry-\d)?"/g)).toHaveLength(5);
      const handler = resourcesOf(templates, 'AWS::Lambda::Function').find(({ Properties }) => Properties.FunctionName === 'tickertape-audit');
      const text = JSON.stringify(handler?.Properties.Environment.Variables.RETRY_LADDER);
      for (const part of ['\\"delaySeconds\\":10', '\\"delaySeconds\\":3600', '\\"defects\\":\\"last\\"']) expect(text).toContain(part);
    },
  );

  it('is refused to a consumer that keeps order, with the reason', () => {
    expect(() => ladder('stream in order')).toThrow(/Retry ladder of 'audit' .*would be overtaken by its successors\. A key that fails is parked there/);
  });

  it.each([
    { delays: [], message: /has 0 rungs; 1 to 9 are possible/ },
    { delays: [Duration.minutes(1), Duration.seconds(60)], message: /rung 1 waits 1 minute, which is not longer than the one before/ },
    { delays: [Duration.hours(25)], message: /rung 0 waits 1 day 1 hour; 1 second to 1 day are possible/ },
  ])('refuses at synth: $message', ({ delays, message }) => {
    expect(() => ladder('bus', { delays })).toThrow(message);
  });
});
