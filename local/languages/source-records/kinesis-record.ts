import type { _Record as KinesisRecord } from '@aws-sdk/client-kinesis';
import type { StreamRecord } from './stream-record.ts';

/** Where a record comes from, as its event says. */
export interface KinesisOrigin {
  readonly shardId: string;
  readonly sourceArn: string;
  readonly region: string;
  /** The role that reads the stream. */
  readonly roleArn: string;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example */
export function kinesisRecord(record: KinesisRecord, { shardId, sourceArn, region, roleArn }: KinesisOrigin): StreamRecord {
  const { Data: data = new Uint8Array(), PartitionKey: partitionKey = '', SequenceNumber: sequenceNumber = '', ApproximateArrivalTimestamp: at } = record;
  const atMs = at ? at.getTime() : 0;
  const wire = {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
      approximateArrivalTimestamp: atMs / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: roleArn,
    awsRegion: region,
    eventSourceARN: sourceArn,
  };
  // Base64 makes a third more; the rest of the event is about half a KiB.
  return { sequenceNumber, atMs, key: partitionKey, sizeBytes: 600 + partitionKey.length + Math.ceil((data.byteLength * 4) / 3), wire };
}

/**
 * What a filter sees: the data is decoded, and stands beside the partition key and the other attributes.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
 */
export function kinesisFilterView({ wire }: StreamRecord): Readonly<Record<string, unknown>> {
  const kinesis = wire['kinesis'] as { readonly data: string };
  return { ...wire, ...kinesis, data: Buffer.from(kinesis.data, 'base64').toString('utf8') };
}
