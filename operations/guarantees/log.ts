import type { Assembly, Resource } from './assembly.ts';
import type { Derived, Guarantee } from './guarantee.ts';
import { invocationCost, nameOf, queueAt } from './parts.ts';

/** Where a stream says nothing. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html */
const RETENTION_HOURS = 24;

/** Where a mapping says nothing. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const BATCH = 100;

/** 64 KB, as the page assumes of a message at most, in units of 25 KB. @see https://aws.amazon.com/kinesis/data-streams/pricing/ */
const PUT_UNITS_MAX = 3;

const keptSecondsOf = ({ properties }: Resource): number => Number(properties['RetentionPeriodHours'] ?? RETENTION_HOURS) * 3_600;

/** What is put into a stream is on an edge to whoever reads there: the stream keeps it, read or not. */
export function logEdge(stream: Resource): Derived {
  const name = nameOf(stream);
  return {
    guarantee: {
      edge: { kind: 'log', stack: stream.stack, resource: stream.id, from: 'who puts records', to: name },
      order: 'key',
      // Of a call whose answer is lost nobody knows what was taken, and it is put again.
      duplicates: 'at-least-once',
      loss: {
        keptSeconds: undefined,
        givenUp: 'told',
        deadLettersKeptSeconds: undefined,
        besides: `records are kept ${keptSecondsOf(stream) / 86_400} d, read or not`,
      },
      retry: undefined,
      deadLetters: undefined,
      redrive: { kind: 'replay', text: 'a group reads again from any position that is kept' },
      lag: undefined,
      cost: [{ unit: 'Kinesis PUT unit', least: 1, most: PUT_UNITS_MAX }],
    },
  };
}

/** A mapping from a stream: a consumer group. */
export function groupEdge(
  mapping: Resource,
  { source, target, assembly }: { readonly source: Resource; readonly target: Resource; readonly assembly: Assembly },
): Guarantee {
  const {
    MaximumRetryAttempts: retries = -1,
    MaximumRecordAgeInSeconds: age = -1,
    BatchSize: batchSize = BATCH,
    DestinationConfig: destinations,
    Enabled: isEnabled,
  } = mapping.properties;
  const onFailure: unknown = destinations?.OnFailure?.Destination;
  const queue = queueAt(onFailure, mapping, assembly);
  const name = nameOf(target);
  const keptSeconds = keptSecondsOf(source);
  return {
    edge: { kind: 'log-function', stack: mapping.stack, resource: mapping.id, from: nameOf(source), to: name },
    order: 'key',
    duplicates: 'at-least-once',
    loss: {
      keptSeconds,
      givenUp: onFailure === undefined ? 'lost' : 'dead-lettered',
      deadLettersKeptSeconds: queue?.keptSeconds,
      besides: isEnabled === false ? 'it is not enabled' : undefined,
    },
    retry: {
      attemptsMax: Number(retries) < 0 ? undefined : 1 + Number(retries),
      secondsMax: Number(age) < 0 ? keptSeconds : Math.min(keptSeconds, Number(age)),
      wait: 'exponential',
    },
    deadLetters: queue?.name ?? (onFailure === undefined ? undefined : 'a destination of other templates'),
    redrive:
      onFailure === undefined
        ? { kind: 'none', text: 'none: what was given up is gone' }
        : {
            kind: 'records',
            text: 'the dead letter is a position: the indexer fetches its records while the stream has them; `tickertape dlq redrive`, key by key in order',
          },
    lag: { namespace: 'AWS/Lambda', name: 'IteratorAge', dimensions: { FunctionName: name } },
    // Lambda's reads are free, but for enhanced fan-out.
    cost: invocationCost(target, Number(batchSize)),
  };
}
