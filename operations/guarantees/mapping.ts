import type { Assembly, Resource } from './assembly.ts';
import type { Derived, Guarantee } from './guarantee.ts';
import { groupEdge } from './log.ts';
import { invocationCost, nameOf, queueAt, queueFacts, sqsRequest } from './parts.ts';

/** Where a mapping says nothing. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const QUEUE_BATCH = 10;
const STREAM_BATCH = 100;

/** A table's stream keeps a change so long. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const STREAM_SECONDS = 86_400;

/** An event source mapping is an edge from a queue or a stream to a function. */
export function mappingEdge(mapping: Resource, assembly: Assembly): Derived {
  const { EventSourceArn: sourceArn, FunctionName: functionName } = mapping.properties;
  const source = assembly.referred(sourceArn, mapping);
  const target = assembly.referred(functionName, mapping);
  const underived = (reason: string): Derived => ({ underived: { stack: mapping.stack, resource: mapping.id, type: mapping.type, reason } });
  if (!source) return underived(`the source is not in these templates: ${JSON.stringify(sourceArn)}`);
  if (target?.type !== 'AWS::Lambda::Function') return underived(`the function is not in these templates: ${JSON.stringify(functionName)}`);
  if (source.type === 'AWS::SQS::Queue') return { guarantee: fromQueue(mapping, { source, target, assembly }) };
  if (source.type.startsWith('AWS::DynamoDB::')) return { guarantee: fromStream(mapping, { source, target, assembly }) };
  if (source.type === 'AWS::Kinesis::Stream') return { guarantee: groupEdge(mapping, { source, target, assembly }) };
  return underived(`what a mapping from a ${source.type} keeps to is not known here`);
}

interface Ends {
  readonly source: Resource;
  readonly target: Resource;
  readonly assembly: Assembly;
}

function fromQueue(mapping: Resource, { source, target, assembly }: Ends): Guarantee {
  const queue = queueFacts(source, assembly);
  const deadLetters = queue.redrive?.deadLetters;
  const batchSize = Number(mapping.properties['BatchSize'] ?? QUEUE_BATCH);
  return {
    edge: { kind: 'queue-function', stack: mapping.stack, resource: mapping.id, from: queue.name, to: nameOf(target) },
    order: queue.isFifo ? 'group' : 'none',
    // A FIFO queue gives a message again as well, where its visibility timeout has ended.
    duplicates: 'at-least-once',
    loss: {
      keptSeconds: queue.keptSeconds,
      givenUp: queue.redrive ? 'dead-lettered' : 'lost',
      deadLettersKeptSeconds: deadLetters && queueFacts(deadLetters, assembly).keptSeconds,
    },
    retry: { attemptsMax: queue.redrive?.receivesMax, secondsMax: queue.redrive ? undefined : queue.keptSeconds, wait: queue.visibilitySeconds },
    deadLetters: deadLetters ? nameOf(deadLetters) : queue.redrive && 'a queue of other templates',
    redrive: queue.redrive
      ? { kind: 'source', text: `back to \`${queue.name}\`: \`tickertape dlq redrive\`, \`start-message-move-task\`` }
      : { kind: 'none', text: 'none: there is no dead-letter queue' },
    lag: { namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage', dimensions: { QueueName: queue.name } },
    // A receive and a deletion for each batch; receives that find nothing come on top, whether or not there are messages.
    cost: [{ unit: sqsRequest(queue), least: 2 / batchSize, most: 2 }, ...invocationCost(target, batchSize)],
  };
}

function fromStream(mapping: Resource, { source, target, assembly }: Ends): Guarantee {
  const {
    MaximumRetryAttempts: retries = -1,
    MaximumRecordAgeInSeconds: age = -1,
    BatchSize: batchSize = STREAM_BATCH,
    DestinationConfig: destinations,
  } = mapping.properties;
  const onFailure: unknown = destinations?.OnFailure?.Destination;
  const queue = queueAt(onFailure, mapping, assembly);
  const name = nameOf(target);
  const secondsMax = Math.min(STREAM_SECONDS, Number(age) < 0 ? STREAM_SECONDS : Number(age));
  return {
    edge: { kind: 'stream-function', stack: mapping.stack, resource: mapping.id, from: nameOf(source), to: name },
    order: 'item',
    duplicates: 'at-least-once',
    loss: { keptSeconds: STREAM_SECONDS, givenUp: onFailure === undefined ? 'lost' : 'dead-lettered', deadLettersKeptSeconds: queue?.keptSeconds },
    retry: { attemptsMax: Number(retries) < 0 ? undefined : 1 + Number(retries), secondsMax, wait: 'exponential' },
    deadLetters: queue?.name ?? (onFailure === undefined ? undefined : 'a destination of other templates'),
    redrive:
      onFailure === undefined
        ? { kind: 'none', text: 'none: what was given up is gone' }
        : { kind: 'position', text: 'the dead letter is a position in the stream: read the changes from there, within 24 h' },
    lag: { namespace: 'AWS/Lambda', name: 'IteratorAge', dimensions: { FunctionName: name } },
    // Lambda's reads of a table's stream are free.
    cost: invocationCost(target, Number(batchSize)),
  };
}
