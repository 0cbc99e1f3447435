import type {
  DescribeStreamCommandInput,
  DescribeStreamCommandOutput,
  ListStreamsCommandInput,
  ListStreamsCommandOutput,
  Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Context } from '../../../kernel/service.ts';
import { streamNotFound } from '../errors.ts';
import { findStream, isReadable, type StreamDescriptor, type StreamsState, sequenceText, trimHorizon } from '../state.ts';

type Streams = Context<StreamsState>;

const STREAMS_PER_PAGE_MAX = 100;

export function describeStream(input: DescribeStreamCommandInput, { kernel, state }: Streams): Omit<DescribeStreamCommandOutput, '$metadata'> {
  refuseAllBut(['StreamArn', 'Limit', 'ExclusiveStartShardId'], input, { operation: 'DescribeStream', page: 'dynamodb-streams' });
  const { StreamArn: arn = '', ExclusiveStartShardId: after } = input;
  const descriptor = findStream(state, arn, kernel.nowMs());
  if (!descriptor) throw streamNotFound(arn);
  const { hash, range } = descriptor.keySchema;
  return {
    StreamDescription: {
      StreamArn: descriptor.arn,
      StreamLabel: descriptor.label,
      StreamStatus: descriptor.closedMs === undefined ? 'ENABLED' : 'DISABLED',
      StreamViewType: descriptor.viewType,
      CreationRequestDateTime: new Date(descriptor.createdMs),
      TableName: descriptor.tableName,
      KeySchema: [{ AttributeName: hash, KeyType: 'HASH' }, ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }])],
      Shards: after === undefined || after < descriptor.shardId ? [shardOf(kernel, descriptor)] : [],
    },
  };
}

function shardOf(kernel: Kernel, descriptor: StreamDescriptor): Shard {
  const { closedMs, nextSequence, shardId } = descriptor;
  const first = trimHorizon(kernel, descriptor);
  return {
    ShardId: shardId,
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceText(first),
      ...(closedMs !== undefined && { EndingSequenceNumber: sequenceText(Math.max(first, nextSequence - 1)) }),
    },
  };
}

export function listStreams(input: ListStreamsCommandInput, { kernel, state }: Streams): Omit<ListStreamsCommandOutput, '$metadata'> {
  const { TableName: table, Limit: limit = STREAMS_PER_PAGE_MAX, ExclusiveStartStreamArn: after } = input;
  const nowMs = kernel.nowMs();
  const streams = [...state.streams.values()]
    .filter((stream) => isReadable(stream, nowMs) && (table === undefined || stream.tableName === table) && (after === undefined || stream.arn > after))
    .sort((a, b) => (a.arn < b.arn ? -1 : 1));
  const page = streams.slice(0, limit);
  const last = page[page.length - 1];
  return {
    Streams: page.map(({ arn, label, tableName }) => ({ StreamArn: arn, StreamLabel: label, TableName: tableName })),
    ...(streams.length > page.length && last && { LastEvaluatedStreamArn: last.arn }),
  };
}
