import { invalidArgument } from '../errors.ts';
import { shardIdOf } from './records.ts';
import { readSequenceNumber, shownSequenceNumber } from './sequence-number.ts';
import type { Shard, Stream } from './stream.ts';

/** Where reading begins, in the words of both operations that ask for it. */
export interface StartingPosition {
  readonly type: string | undefined;
  readonly sequenceNumber: string | undefined;
  readonly timestamp: Date | undefined;
}

/** Index of the record that reading begins with. What is past retention is passed over. Throws where the position is none of this shard. */
export function indexOf(stream: Stream, shard: Shard, { type, sequenceNumber, timestamp }: StartingPosition): number {
  const nowMs = stream.kernel.nowMs();
  if (type === 'AT_TIMESTAMP') return shard.log.indexAt(Math.max(timestampMs(timestamp, nowMs), stream.oldestMs(nowMs)));
  const needsNumber = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  if (needsNumber !== (sequenceNumber !== undefined)) throw badPair(type, needsNumber ? 'no' : 'also a');
  if (sequenceNumber === undefined) return type === 'LATEST' ? shard.log.next : shard.log.indexAt(stream.oldestMs(nowMs));
  const index = indexOfSequence(stream, shard, sequenceNumber);
  return Math.min(type === 'AFTER_SEQUENCE_NUMBER' ? index + 1 : index, shard.log.next);
}

const badPair = (type: string | undefined, has: 'no' | 'also a') =>
  invalidArgument(
    `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${has} StartingSequenceNumber.`,
  );

function timestampMs(timestamp: Date | undefined, nowMs: number): number {
  if (!timestamp) {
    throw invalidArgument('Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.');
  }
  const ms = timestamp.getTime();
  if (ms > nowMs) {
    throw invalidArgument(
      `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${ms}, currentTimestampInMillis: ${nowMs}`,
    );
  }
  return ms;
}

function indexOfSequence(stream: Stream, { id, record }: Shard, text: string): number {
  const used = (shown: string): string =>
    `StartingSequenceNumber ${shown} used in GetShardIterator on shard ${id} in stream ${stream.name} under account ${stream.kernel.accountId} is invalid`;
  const read = readSequenceNumber(text);
  if (!read) throw invalidArgument(`${used(shownSequenceNumber(text))}.`);
  if (read.shardNumber !== record.number) {
    throw invalidArgument(`Invalid StartingSequenceNumber. It encodes ${shardIdOf(read.shardNumber)}, while it was used in a call to a shard with ${id}`);
  }
  if (read.version !== 2 || read.createdSeconds !== record.createdSeconds) {
    throw invalidArgument(`${used(read.version === 0 ? read.text : text)} because it did not come from this stream.`);
  }
  return read.index;
}
