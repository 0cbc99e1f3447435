import { expect, it } from 'vitest';
import { Journal } from '../../../local/kernel/journal.ts';
import type { Handling } from '../../../operations/flow/flow-event.ts';
import { FlowRecorder } from '../../../operations/flow/flow-recorder.ts';
import type { ConsumerDescription } from '../../../operations/system.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:1:inventory';
const LETTERS = 'arn:aws:sqs:eu-west-1:1:inventory-dead';
const ENVELOPE = { specversion: '1.0', id: 'e1', source: 'tickertape.payments', type: 'PaymentProcessed', data: {} };
const BODY = JSON.stringify({ detail: ENVELOPE });

/** A recorder that has seen one event; `seen` is what it told of the event at its consumer. */
function recorded() {
  const journal = new Journal({ nowMs: () => 0, capacity: 100 });
  const flow = new FlowRecorder(journal);
  const bus = { name: 'bus', deadLetterQueueUrl: '', deadLetterQueueArn: 'arn:bus', alarmName: '' };
  flow.setSystem({ consumers: [{ consumer: 'inventory', queueArn: QUEUE, deadLetterQueueArn: LETTERS } as ConsumerDescription], bus });
  const seen: string[] = [];
  flow.listen((change) => {
    if (change.kind === 'handled') seen.push(textOf(change.handling));
  });
  const sqs = (kind: string, arn: string, detail: object): void => void journal.append({ service: 'sqs', kind, arn, detail: { ...detail } });
  journal.append({ service: 'eventbridge', kind: 'event-put', arn: 'bus', detail: { detail: JSON.stringify(ENVELOPE) } });
  return {
    flow,
    seen,
    sent: (messageId: string) => sqs('message-sent', QUEUE, { messageId, body: BODY }),
    replayed: (messageId: string) => sqs('message-sent', QUEUE, { messageId, body: JSON.stringify({ 'replay-name': 'again', detail: ENVELOPE }) }),
    handled: (messageId: string) => {
      sqs('message-received', QUEUE, { messageId });
      sqs('message-deleted', QUEUE, { messageId });
    },
    attempt: (messageId: string, why: object) => {
      sqs('message-received', QUEUE, { messageId });
      journal.append({ service: 'lambda', kind: 'batch-failed-items', arn: 'fn', detail: { failed: [messageId], records: 1, ...why } });
    },
    deadLetteredByHandler: (messageId: string, error: string) => {
      sqs('message-received', QUEUE, { messageId });
      sqs('message-sent', LETTERS, {
        messageId: `${messageId}-dead`,
        body: BODY,
        attributes: { reason: { StringValue: 'defect' }, error: { StringValue: error } },
      });
      sqs('message-deleted', QUEUE, { messageId });
    },
    deadLetteredByQueue: (messageId: string) => sqs('message-dead-lettered', QUEUE, { messageId, deadLetterQueueArn: LETTERS }),
  };
}

const textOf = ({ state, attempts, error }: Handling): string => `${state} ${attempts} ${error ?? '–'}`;

it('tells the error of each attempt, and after a redrive none of before it', () => {
  const { seen, flow, sent, attempt, deadLetteredByHandler } = recorded();
  sent('m1');
  attempt('m1', { errors: { m1: 'Error: AAA' } });
  attempt('m1', {});
  deadLetteredByHandler('m1', 'Error: AAA\n    at handle');
  sent('m2');
  attempt('m2', { errors: { m2: 'Error: BBB' } });
  attempt('m2', { errors: { other: 'Error: CCC' } });
  deadLetteredByHandler('m2', 'Error: BBB');
  expect(seen).toEqual([
    'retrying 1 Error: AAA',
    'retrying 2 –',
    'dead 3 Error: AAA\n    at handle',
    'waiting 3 –',
    'retrying 4 Error: BBB',
    'retrying 5 –',
    'dead 6 Error: BBB',
  ]);
  expect(flow.events()[0]?.handlings.map(textOf)).toEqual(['dead 6 Error: BBB']);
});

it('tells why a function failed as a whole, and keeps the last cause where the queue moves the message', () => {
  const { seen, sent, attempt, deadLetteredByQueue } = recorded();
  sent('m1');
  attempt('m1', { error: 'Error: A broken build' });
  deadLetteredByQueue('m1');
  expect(seen).toEqual(['retrying 1 Error: A broken build', 'dead 1 Error: A broken build']);
});

it('tells what a replay brings apart from what became of the event before', () => {
  const { flow, sent, replayed, handled, attempt } = recorded();
  sent('m1');
  handled('m1');
  replayed('m2');
  attempt('m2', { errors: { m2: 'Error: AAA' } });
  const seen = () => flow.events()[0]?.handlings.map((handling) => `${handling.replayName ?? 'live'} ${textOf(handling)}`);
  expect(seen()).toEqual(['live done 1 –', 'again retrying 1 Error: AAA']);
  handled('m2');
  expect(seen()).toEqual(['live done 1 –', 'again done 2 –']);
});
