import type { AccessCheck } from '../../kernel/principal.ts';
import { copySourceOf } from './operations/put-object.ts';
import type { S3Context } from './state.ts';

/** Operations whose action has another name. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  HeadObject: 'GetObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  ListParts: 'ListMultipartUploadParts',
  ListBuckets: 'ListAllMyBuckets',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  PutBucketCors: 'PutBucketCORS',
  GetBucketCors: 'GetBucketCORS',
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  DeleteBucketTagging: 'PutBucketTagging',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
};

/** Operations whose action names the version where one is asked for. */
const VERSIONED = new Set(['GetObject', 'DeleteObject', 'GetObjectTagging', 'PutObjectTagging', 'DeleteObjectTagging']);

interface Asked {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly CopySource?: string;
  readonly Delete?: { readonly Objects?: readonly { readonly Key?: string; readonly VersionId?: string }[] };
}

/** What a call needs to be allowed: the action on the bucket or on the object, by the role's policies or by the bucket's. */
export function access(operation: string, input: Asked, { kernel, state }: S3Context): readonly AccessCheck[] {
  const check = (action: string, bucket: string, key?: string): AccessCheck => {
    const { Prefix: prefix, Delimiter: delimiter } = input;
    const conditionKeys = { ...(prefix !== undefined && { 's3:prefix': prefix }), ...(delimiter !== undefined && { 's3:delimiter': delimiter }) };
    return {
      action: `s3:${action}`,
      resource: `arn:${kernel.partition}:s3:::${bucket}${key === undefined ? '' : `/${key}`}`,
      resourcePolicy: state.buckets.get(bucket)?.policy,
      ...(Object.keys(conditionKeys).length > 0 && { conditionKeys }),
    };
  };
  const { Bucket: bucket = '', Key: key, VersionId: versionId } = input;
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (operation === 'DeleteObjects') {
    return (input.Delete?.Objects ?? []).map((object) => check(object.VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion', bucket, object.Key));
  }
  if (operation === 'CopyObject') {
    const source = copySourceOf(input.CopySource ?? '');
    return [check(source.VersionId === undefined ? 'GetObject' : 'GetObjectVersion', source.Bucket, source.Key), check('PutObject', bucket, key)];
  }
  const action = ACTIONS[operation] ?? operation;
  const isVersion = versionId !== undefined && VERSIONED.has(action);
  return [check(isVersion ? action.replace(/^(GetObject|DeleteObject|PutObject)/, '$1Version') : action, bucket, key)];
}
