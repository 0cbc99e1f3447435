import { GetRecordsCommand, type GetRecordsCommandOutput, GetShardIteratorCommand, type GetShardIteratorCommandOutput } from '@aws-sdk/client-kinesis';
import type { Sender } from '../ports.ts';

/**
 * What Lambda puts into an on-failure queue in place of the records that it gives up: where they are in the stream, and nothing of them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export interface GivenUp {
  readonly requestContext?: { readonly condition?: string; readonly approximateInvokeCount?: number };
  readonly responseContext?: { readonly functionError?: string };
  readonly timestamp?: string;
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord?: string;
    readonly approximateArrivalOfLastRecord?: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

/** A record as the stream still has it. */
export interface Recovered {
  readonly sequenceNumber: string;
  readonly body: string;
}

/** What the stream still has of a batch. `lost` says why it has not all of it. */
export interface Recovery {
  readonly records: readonly Recovered[];
  readonly lost: string | undefined;
}

/** Reads such a message; `undefined` of any other. */
export function readGivenUp(body: string): GivenUp | undefined {
  try {
    const value = JSON.parse(body) as Partial<GivenUp> | null;
    return typeof value?.KinesisBatchInfo?.startSequenceNumber === 'string' ? (value as GivenUp) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads of a shard for one batch, at most: a read brings up to 10 MiB. */
const READS_MAX = 50;

/** What a stream answers that does not have the shard, or the position, any more. */
const GONE = new Set(['ResourceNotFoundException', 'InvalidArgumentException']);

/** Fetches the records of a batch from the stream. Where it is older than the retention, reading begins at what is there, and the difference is said. */
export async function recover(kinesis: Sender, { KinesisBatchInfo: batch }: GivenUp): Promise<Recovery> {
  const { shardId, startSequenceNumber, endSequenceNumber, batchSize, streamArn } = batch;
  const records: Recovered[] = [];
  const end = BigInt(endSequenceNumber);
  try {
    let ShardIterator = await iteratorAt(kinesis, batch);
    for (let read = 0; read < READS_MAX && ShardIterator; read += 1) {
      const output = (await kinesis.send(new GetRecordsCommand({ StreamARN: streamArn, ShardIterator }))) as GetRecordsCommandOutput;
      for (const { SequenceNumber = '', Data } of output.Records ?? []) {
        if (BigInt(SequenceNumber) <= end) records.push({ sequenceNumber: SequenceNumber, body: Buffer.from(Data ?? []).toString() });
      }
      const last = output.Records?.at(-1)?.SequenceNumber;
      if ((last !== undefined && BigInt(last) >= end) || (output.Records?.length === 0 && output.MillisBehindLatest === 0)) break;
      ShardIterator = output.NextShardIterator;
    }
  } catch (error) {
    if (!(error instanceof Error) || !GONE.has(error.name)) throw error;
  }
  if (records[0]?.sequenceNumber === startSequenceNumber) return { records, lost: undefined };
  const count = Math.max(1, batchSize - records.length);
  const window = `${shardId} from ${startSequenceNumber} to ${endSequenceNumber}, arrived ${batch.approximateArrivalOfFirstRecord ?? '–'} to ${batch.approximateArrivalOfLastRecord ?? '–'}`;
  return { records, lost: `${count} of ${batchSize} records are older than the retention of the stream, and gone: ${window}` };
}

async function iteratorAt(kinesis: Sender, { shardId, startSequenceNumber, streamArn }: GivenUp['KinesisBatchInfo']): Promise<string | undefined> {
  const command = new GetShardIteratorCommand({
    StreamARN: streamArn,
    ShardId: shardId,
    ShardIteratorType: 'AT_SEQUENCE_NUMBER',
    StartingSequenceNumber: startSequenceNumber,
  });
  return ((await kinesis.send(command)) as GetShardIteratorCommandOutput).ShardIterator;
}
