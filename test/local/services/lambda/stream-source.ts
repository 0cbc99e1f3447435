import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { Kernel } from '../../../../local/kernel/kernel.ts';
import type { Service } from '../../../../local/kernel/service.ts';

export const STREAM_ARN = 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-11-24T00:00:00.000';

interface Shards {
  readonly [shardId: string]: { readonly parent?: string; isClosed?: boolean; readonly records: _Record[] };
}

/** A stream of one shard or more, no more than a mapping needs of it. Iterators are `<shard>/<position>`. */
export function streamSource(shards: Shards = { 'shard-1': { records: [] } }) {
  let kernel: Kernel | undefined;
  let sequence = 0;
  const positions = (shardId: string) => shards[shardId]?.records ?? [];
  const service: Service<undefined> = {
    name: 'dynamodb-streams',
    arnService: 'dynamodb-streams',
    createState: (owner) => {
      kernel = owner;
      return undefined;
    },
    access: () => [],
    operations: {
      DescribeStream: () => ({ StreamDescription: { Shards: Object.entries(shards).map(([ShardId, { parent }]) => ({ ShardId, ParentShardId: parent })) } }),
      GetShardIterator: ({ ShardId, ShardIteratorType, SequenceNumber }) => {
        const records = positions(ShardId);
        const after = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === SequenceNumber) + 1;
        const position = { TRIM_HORIZON: 0, LATEST: records.length, AFTER_SEQUENCE_NUMBER: after }[ShardIteratorType as string];
        return { ShardIterator: `${ShardId}/${position}` };
      },
      GetRecords: ({ ShardIterator, Limit }) => {
        const [shardId = '', position = '0'] = ShardIterator.split('/');
        if (shardId === 'expired') throw new Fault('ExpiredIteratorException', 'expired');
        const records = positions(shardId).slice(Number(position), Number(position) + Limit);
        const next = Number(position) + records.length;
        const isAtEnd = shards[shardId]?.isClosed === true && next === positions(shardId).length;
        return { Records: records, NextShardIterator: isAtEnd ? undefined : `${shardId}/${next}` };
      },
    },
  };
  /** Adds a change of an item to the stream. */
  const change = (id: string, options: { shardId?: string; eventName?: 'INSERT' | 'REMOVE'; value?: string } = {}): string => {
    const { shardId = 'shard-1', eventName = 'INSERT', value = id } = options;
    sequence += 1;
    const SequenceNumber = String(100 + sequence);
    const at = new Date(kernel?.nowMs() ?? 0);
    positions(shardId).push({
      eventID: `e${sequence}`,
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      dynamodb: {
        ApproximateCreationDateTime: at,
        Keys: { pk: { S: id } },
        NewImage: { pk: { S: id }, value: { S: value }, bytes: { B: new Uint8Array([1, 2]) } },
        SequenceNumber,
        SizeBytes: 20,
        StreamViewType: 'NEW_IMAGE',
      },
    });
    kernel?.notify(STREAM_ARN);
    return SequenceNumber;
  };
  return { service: service as Service, change, shards };
}
