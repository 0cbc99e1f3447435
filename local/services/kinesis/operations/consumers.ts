import type {
  Consumer,
  DeregisterStreamConsumerCommandInput,
  DescribeStreamConsumerCommandInput,
  DescribeStreamConsumerCommandOutput,
  ListStreamConsumersCommandInput,
  ListStreamConsumersCommandOutput,
  RegisterStreamConsumerCommandInput,
  RegisterStreamConsumerCommandOutput,
} from '@aws-sdk/client-kinesis';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Context } from '../../../kernel/service.ts';
import { consumerExists, consumerNotFound, expiredToken, invalidArgument, limitExceeded, resourceNotFound } from '../errors.ts';
import { findReadyStream, placeOf } from '../lookup.ts';
import { checkTags } from '../rules.ts';
import { consumersOf, type KinesisState } from '../state.ts';
import type { ConsumerRecord } from '../stream/records.ts';

type Kinesis = Context<KinesisState>;

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
const CONSUMERS_MAX = 20;

const CONSUMERS_PER_PAGE = 100;
const TOKEN_MS = 300_000;

function describe({ name, arn, createdMs, activeMs }: ConsumerRecord, kernel: Kernel): Consumer {
  const ConsumerStatus = activeMs > kernel.nowMs() ? 'CREATING' : 'ACTIVE';
  return { ConsumerName: name, ConsumerARN: arn, ConsumerStatus, ConsumerCreationTimestamp: new Date(createdMs) };
}

export function registerStreamConsumer(input: RegisterStreamConsumerCommandInput, context: Kinesis): Omit<RegisterStreamConsumerCommandOutput, '$metadata'> {
  refuseAllBut(['StreamARN', 'ConsumerName', 'Tags'], input, { operation: 'RegisterStreamConsumer', page: 'kinesis' });
  return { Consumer: describe(register(input, context, context.state.transitionMs), context.kernel) };
}

/** Registers a consumer that is ready after `transitionMs`. */
export function register(
  input: Pick<RegisterStreamConsumerCommandInput, 'StreamARN' | 'ConsumerName' | 'Tags'>,
  context: Kinesis,
  transitionMs: number,
): ConsumerRecord {
  const { kernel, state } = context;
  const { ConsumerName: name = '', Tags: tags = {} } = input;
  const stream = findReadyStream({ StreamARN: input.StreamARN }, context);
  checkTags(tags, placeOf(stream));
  const present = consumersOf(state, stream.arn);
  if (present.some((consumer) => consumer.name === name)) throw consumerExists(name, placeOf(stream));
  if (present.length >= CONSUMERS_MAX) {
    throw limitExceeded(`Stream ${stream.name} under account ${kernel.accountId} has ${CONSUMERS_MAX} consumers; no more can be registered.`);
  }
  const nowMs = kernel.nowMs();
  const consumer: ConsumerRecord = {
    arn: `${stream.arn}/consumer/${name}:${Math.floor(nowMs / 1000)}`,
    name,
    streamName: stream.name,
    streamArn: stream.arn,
    createdMs: nowMs,
    activeMs: nowMs + transitionMs,
    tags,
    policy: undefined,
  };
  state.consumers.put(consumer.arn, consumer);
  return consumer;
}

/** The consumer that an input names, by its ARN or by its stream's and its own name. */
function findConsumer(input: DescribeStreamConsumerCommandInput, context: Kinesis): ConsumerRecord {
  const { ConsumerARN: arn, StreamARN: streamArn, ConsumerName: name } = input;
  if (arn === undefined && (streamArn === undefined || name === undefined)) {
    throw invalidArgument('Either ConsumerARN or both StreamARN and ConsumerName must be provided.');
  }
  const { state, kernel } = context;
  const found = arn === undefined ? consumersOf(state, streamArn as string).find((consumer) => consumer.name === name) : state.consumers.get(arn);
  if (!found) throw consumerNotFound(arn ?? name ?? '', { kernel, streamName: (arn ?? streamArn ?? '').split('/')[1] ?? '' });
  return found;
}

export function describeStreamConsumer(input: DescribeStreamConsumerCommandInput, context: Kinesis): Omit<DescribeStreamConsumerCommandOutput, '$metadata'> {
  refuseAllBut(['StreamARN', 'ConsumerName', 'ConsumerARN'], input, { operation: 'DescribeStreamConsumer', page: 'kinesis' });
  const consumer = findConsumer(input, context);
  return { ConsumerDescription: { ...describe(consumer, context.kernel), StreamARN: consumer.streamArn } as never };
}

export function deregisterStreamConsumer(input: DeregisterStreamConsumerCommandInput, context: Kinesis): Record<string, never> {
  refuseAllBut(['StreamARN', 'ConsumerName', 'ConsumerARN'], input, { operation: 'DeregisterStreamConsumer', page: 'kinesis' });
  deregister(findConsumer(input, context), context.state);
  return {};
}

/** Removes a consumer; what it is subscribed to ends. */
export function deregister({ arn }: Pick<ConsumerRecord, 'arn'>, state: KinesisState): void {
  state.consumers.delete(arn);
  for (const [key, subscription] of [...state.subscriptions]) if (key.startsWith(`${arn}/`)) subscription.end(resourceNotFound(arn));
}

export function listStreamConsumers(input: ListStreamConsumersCommandInput, context: Kinesis): Omit<ListStreamConsumersCommandOutput, '$metadata'> {
  refuseAllBut(['StreamARN', 'NextToken', 'MaxResults', 'StreamCreationTimestamp'], input, { operation: 'ListStreamConsumers', page: 'kinesis' });
  const { kernel, state } = context;
  const { MaxResults: limit = CONSUMERS_PER_PAGE, NextToken: token } = input;
  const stream = findReadyStream({ StreamARN: input.StreamARN }, context);
  const [issuedMs = '', after = ''] = token === undefined ? [] : Buffer.from(token, 'base64').toString().split('/');
  if (token !== undefined && Number(issuedMs) + TOKEN_MS < kernel.nowMs()) throw expiredToken();
  const consumers = consumersOf(state, stream.arn)
    .filter(({ name }) => name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = consumers.slice(0, limit);
  const last = page.at(-1);
  return {
    Consumers: page.map((consumer) => describe(consumer, kernel)),
    ...(consumers.length > page.length && last && { NextToken: Buffer.from(`${kernel.nowMs()}/${last.name}`).toString('base64') }),
  };
}
