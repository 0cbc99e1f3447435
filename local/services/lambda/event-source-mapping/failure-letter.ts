import type { StreamRecord } from '../../../languages/source-records/stream-record.ts';
import type { StreamSource } from '../../../languages/source-records/stream-source.ts';
import type { Outcome } from '../invocation.ts';
import type { FunctionRecord } from '../records.ts';
import type { Plane } from '../state.ts';

/** Why records of a stream were given up. */
export type DropCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

interface Dropped {
  readonly record: FunctionRecord;
  readonly records: readonly StreamRecord[];
  readonly condition: DropCondition;
  readonly outcome: Outcome | undefined;
  readonly failures: number;
  readonly batchInfo: StreamSource['batchInfo'];
  readonly shardId: string;
  readonly sourceArn: string;
}

/**
 * What an on-failure destination is told of records that were given up: where they lay, not what is in them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function failureLetter({ kernel }: Plane, { record, records, condition, outcome, failures, batchInfo, shardId, sourceArn }: Dropped): object {
  const [first] = records;
  const last = records.at(-1);
  return {
    requestContext: {
      requestId: outcome?.requestId ?? kernel.uuid(),
      functionArn: record.arn,
      condition,
      // One, too, where the records were too old to be brought at all. Recorded.
      approximateInvokeCount: Math.max(failures, 1),
    },
    ...(outcome && { responseContext: { statusCode: 200, executedVersion: outcome.version, functionError: 'Unhandled' } }),
    version: '1.0',
    timestamp: new Date(kernel.nowMs()).toISOString(),
    [batchInfo]: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first?.atMs ?? 0).toISOString(),
      approximateArrivalOfLastRecord: new Date(last?.atMs ?? 0).toISOString(),
      batchSize: records.length,
      streamArn: sourceArn.split('/consumer/')[0],
    },
  };
}
