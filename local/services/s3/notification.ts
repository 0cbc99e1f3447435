import { Fault, NotEmulated } from '../../kernel/errors.ts';
import type { Bucket, S3Context, Version } from './state.ts';

const SEQUENCER_DIGITS = 18;

/** Something that happened to an object. */
interface Happening {
  readonly bucket: Bucket;
  readonly key: string;
  readonly version: Version;
  readonly detailType: 'Object Created' | 'Object Deleted';
  /** The operation. */
  readonly reason: string;
}

/**
 * Tells EventBridge of an object, where the bucket was told to.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function notify(happening: Happening, context: S3Context): void {
  if (!happening.bucket.sendsToEventBridge) return;
  const { kernel, requestId, cause } = context;
  const { bucket, key, version, detailType, reason } = happening;
  const object = version.kind === 'object' ? { size: version.sizeBytes, etag: version.etag } : {};
  const versionId = bucket.versioning === undefined ? {} : { 'version-id': version.versionId };
  const sequencer = kernel.journal.lastSequence.toString(16).toUpperCase().padStart(SEQUENCER_DIGITS, '0');
  const deletion = version.kind === 'marker' ? 'Delete Marker Created' : 'Permanently Deleted';
  const detail = {
    version: '0',
    bucket: { name: bucket.name },
    object: { key, ...object, ...versionId, sequencer },
    'request-id': requestId,
    requester: kernel.accountId,
    'source-ip-address': '127.0.0.1',
    reason,
    ...(detailType === 'Object Deleted' && { 'deletion-type': deletion }),
  };
  const arn = `arn:${kernel.partition}:s3:::${bucket.name}`;
  const entry = { Source: 'aws.s3', DetailType: detailType, Resources: [arn], Time: new Date(kernel.nowMs()), Detail: JSON.stringify(detail) };
  kernel.soon('object event', () => void putEvent(entry, { arn, cause }, context));
}

async function putEvent(entry: object, { arn, cause }: { readonly arn: string; readonly cause: number | undefined }, { kernel }: S3Context): Promise<void> {
  const principal = { type: 'service', service: 's3.amazonaws.com', sourceArn: arn } as const;
  try {
    await kernel.request({ service: 'eventbridge', operation: 'PutEvents', input: { Entries: [entry] }, principal, cause });
  } catch (error) {
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    kernel.journal.append({ service: 's3', kind: 'event-not-put', arn, cause, detail: { error: error.name, message: error.message } });
  }
}
