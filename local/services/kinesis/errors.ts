import { Fault } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { shardIdOf } from './stream/records.ts';

/** Which stream a message is about. */
export interface StreamPlace {
  readonly kernel: Pick<Kernel, 'accountId' | 'region'>;
  readonly streamName: string;
}

const placeText = ({ kernel, streamName }: StreamPlace): string => `stream ${streamName} under account ${kernel.accountId}`;

export const invalidArgument = (message: string): Fault => new Fault('InvalidArgumentException', message);

export const validation = (message: string): Fault => new Fault('ValidationException', message, { status: 400 });

/** As the model's check worded it while a stream's name was the only way to say which. */
export const missingStream = (): Fault =>
  validation(`1 validation error detected: Value null at 'streamName' failed to satisfy constraint: Member must not be null`);

export const streamNotFound = ({ kernel, streamName }: StreamPlace): Fault =>
  new Fault('ResourceNotFoundException', `Stream ${streamName} under account ${kernel.accountId} not found.`);

export const resourceNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `Resource ${arn} not found.`);

export const streamExists = ({ kernel, streamName }: StreamPlace): Fault =>
  new Fault('ResourceInUseException', `Stream ${streamName} under account ${kernel.accountId} already exists.`);

export const streamNotActive = ({ kernel, streamName }: StreamPlace, status: string): Fault =>
  new Fault('ResourceInUseException', `Stream ${streamName} under account ${kernel.accountId} not ACTIVE, instead in state ${status}`);

export const streamHasConsumers = ({ kernel, streamName }: StreamPlace): Fault =>
  new Fault('ResourceInUseException', `Stream ${streamName} under account ${kernel.accountId} has registered consumers. Use EnforceConsumerDeletion.`);

/** A shard that reading asks for. */
export const noSuchShard = (place: StreamPlace, number: number): Fault =>
  new Fault('ResourceNotFoundException', `Shard ${shardIdOf(number)} in ${placeText(place)} does not exist`);

/** A shard that resharding asks for, or a name that is none. */
export const shardNotFound = (place: StreamPlace, shardId: string): Fault =>
  new Fault('ResourceNotFoundException', `Could not find shard ${shardId} in ${placeText(place)}.`);

export const shardClosed = (place: StreamPlace, number: number): Fault =>
  new Fault(
    'ResourceInUseException',
    `Shard ${shardIdOf(number)} in ${placeText(place)} has already been merged or split, and thus is not eligible for merging or splitting.`,
  );

export const shardsNotAdjacent = (place: StreamPlace, [one, other]: readonly [number, number]): Fault =>
  invalidArgument(`Shards ${shardIdOf(one)} and ${shardIdOf(other)} in ${placeText(place)} are not an adjacent pair of shards eligible for merging`);

export const splitOutsideShard = (
  place: StreamPlace,
  { number, hashKey, range }: { readonly number: number; readonly hashKey: string; readonly range: { readonly start: string; readonly end: string } },
): Fault =>
  invalidArgument(
    `NewStartingHashKey ${hashKey} used in SplitShard() on shard ${shardIdOf(number)} in ${placeText(place)} is not both greater than one plus the shard's StartingHashKey ${range.start} and less than the shard's EndingHashKey ${range.end}.`,
  );

export const limitExceeded = (message: string): Fault => new Fault('LimitExceededException', message);

export const shardLimitExceeded = (
  kernel: Pick<Kernel, 'accountId' | 'region'>,
  { current, limit, more }: { readonly current: number; readonly limit: number; readonly more: number },
): Fault =>
  limitExceeded(
    `This request would exceed the shard limit for the account ${kernel.accountId} in ${kernel.region}. Current shard count for the account: ${current}. Limit: ${limit}. Number of additional shards that would have resulted from this request: ${more}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
  );

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html#API_PutRecords_Examples */
export const rateExceededMessage = (place: StreamPlace, number: number): string => `Rate exceeded for shard ${shardIdOf(number)} in ${placeText(place)}.`;

export const RATE_EXCEEDED = 'ProvisionedThroughputExceededException';

export const rateExceeded = (place: StreamPlace, number: number): Fault => new Fault(RATE_EXCEEDED, rateExceededMessage(place, number));

export const invalidIterator = (): Fault => invalidArgument('Invalid ShardIterator.');

export const expiredIterator = (createdMs: number, nowMs: number, toleratedMs: number): Fault =>
  new Fault(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${utcText(createdMs)} while right now it is ${utcText(nowMs)} which is further in the future than the tolerated delay of ${toleratedMs} milliseconds.`,
  );

/** `Thu Jan 22 01:22:02 UTC 2015` */
function utcText(ms: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}

export const expiredToken = (): Fault => new Fault('ExpiredNextTokenException', 'The pagination token has expired.');

export const dryRun = (): Fault => new Fault('DryRunOperationException', 'Request would have succeeded, but DryRun flag is set.');

export const consumerNotFound = (consumer: string, { kernel, streamName }: StreamPlace): Fault =>
  new Fault('ResourceNotFoundException', `Consumer ${consumer}, stream ${streamName} under account ${kernel.accountId} not found.`);

export const consumerExists = (consumer: string, { kernel, streamName }: StreamPlace): Fault =>
  new Fault('ResourceInUseException', `Consumer ${consumer} of stream ${streamName} under account ${kernel.accountId} already exists.`);

export const consumerNotReady = (consumer: string): Fault => new Fault('ResourceInUseException', `Consumer ${consumer} is not ACTIVE.`);

export const subscribedJustNow = (consumer: string, number: number): Fault =>
  new Fault('ResourceInUseException', `Another active subscription exists for this consumer: ${consumer} on shard ${shardIdOf(number)}`);

/** What a sequence number of version 3 makes the service do. */
export const internalFailure = (): Fault => new Fault('InternalFailure', '', { status: 500 });

export const policyNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `No resource policy found for ${arn}.`);
