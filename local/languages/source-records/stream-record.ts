import type { _Record, AttributeValue } from '@aws-sdk/client-dynamodb-streams';

/** A stream record as a function finds it in `Records`. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** When the change was made. */
  readonly atMs: number;
  /** What keeps records of one item in one lane. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly wire: Readonly<Record<string, unknown>>;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb */
export function streamRecord(record: _Record, sourceArn: string): StreamRecord {
  const { dynamodb = {}, userIdentity } = record;
  const { ApproximateCreationDateTime: at, Keys, NewImage, OldImage, SequenceNumber = '', SizeBytes = 0, StreamViewType } = dynamodb;
  const atMs = at ? at.getTime() : 0;
  const keys = imageOf(Keys);
  const wire = {
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion,
    eventSource: record.eventSource ?? 'aws:dynamodb',
    awsRegion: record.awsRegion,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(atMs / 1000),
      Keys: keys,
      ...(NewImage && { NewImage: imageOf(NewImage) }),
      ...(OldImage && { OldImage: imageOf(OldImage) }),
      SequenceNumber,
      SizeBytes,
      StreamViewType,
    },
    ...(userIdentity && { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
    eventSourceARN: sourceArn,
  };
  // Base64 and JSON make an image about twice its size, attribute names and types included.
  return { sequenceNumber: SequenceNumber, atMs, key: JSON.stringify(keys), sizeBytes: 1024 + 3 * SizeBytes, wire };
}

function imageOf(image: Readonly<Record<string, AttributeValue>> | undefined): Record<string, object> {
  const wire: Record<string, object> = {};
  for (const [name, value] of Object.entries(image ?? {})) wire[name] = attributeOf(value);
  return wire;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

function attributeOf(value: AttributeValue): object {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(attributeOf) };
  if (value.M !== undefined) return { M: imageOf(value.M) };
  return value;
}
