import type { ChildShard, _Record as WireRecord } from '@aws-sdk/client-kinesis';
import { childShards } from './description.ts';
import type { Shard, Stream } from './stream.ts';

/** What one read found, and where the next begins; nowhere at the end of a closed shard. */
export interface Page {
  readonly records: WireRecord[];
  readonly sizeBytes: number;
  readonly next: number | undefined;
  readonly millisBehindLatest: number;
  readonly children: ChildShard[] | undefined;
}

/** Reads from `index` on, at least one record where there is one. What is past retention is passed over. */
export function readPage(stream: Stream, shard: Shard, index: number, limits: { readonly countMax: number; readonly bytesMax: number }): Page {
  const nowMs = stream.kernel.nowMs();
  const records: WireRecord[] = [];
  let sizeBytes = 0;
  let next = Math.min(index, shard.log.next);
  let lastMs = nowMs;
  shard.log.read(index, stream.oldestMs(nowMs), (record) => {
    const recordBytes = record.data.byteLength + record.partitionKey.length;
    if (records.length === limits.countMax || (records.length > 0 && sizeBytes + recordBytes > limits.bytesMax)) return false;
    sizeBytes += recordBytes;
    lastMs = record.atMs;
    next = record.index + 1;
    records.push({
      SequenceNumber: shard.sequences.of(record.index, record.atMs),
      ApproximateArrivalTimestamp: new Date(record.atMs),
      Data: record.data,
      PartitionKey: record.partitionKey,
      ...(record.isEncrypted && { EncryptionType: 'KMS' }),
    });
    return true;
  });
  if (records.length === 0) next = shard.log.next;
  const isAtTip = next >= shard.log.next;
  const isAtEnd = isAtTip && !shard.isOpen;
  return {
    records,
    sizeBytes,
    next: isAtEnd ? undefined : next,
    millisBehindLatest: isAtTip ? 0 : nowMs - lastMs,
    children: isAtEnd ? childShards(stream, shard) : undefined,
  };
}
