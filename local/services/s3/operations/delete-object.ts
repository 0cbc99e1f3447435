import type { DeleteObjectCommandInput, DeleteObjectCommandOutput, DeleteObjectsCommandInput, DeleteObjectsCommandOutput } from '@aws-sdk/client-s3';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { malformedXml } from '../errors.ts';
import { deleteVersion } from '../object/write.ts';
import { bucketOf, type S3Context } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Keys of one request. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const KEYS_MAX = 1000;

export function deleteObject(input: DeleteObjectCommandInput, context: S3Context): Output<DeleteObjectCommandOutput> {
  refuseAllBut(['Bucket', 'Key', 'VersionId', 'ExpectedBucketOwner', 'RequestPayer'], input, { operation: 'DeleteObject', page: 's3' });
  return deleteVersion(input.Bucket ?? '', input.Key ?? '', input.VersionId, context);
}

export function deleteObjects(input: DeleteObjectsCommandInput, context: S3Context): Output<DeleteObjectsCommandOutput> {
  refuseAllBut(['Bucket', 'Delete', 'ChecksumAlgorithm', 'ExpectedBucketOwner', 'RequestPayer'], input, { operation: 'DeleteObjects', page: 's3' });
  const { Bucket: name = '', Delete: { Objects: objects = [], Quiet: isQuiet } = {} } = input;
  bucketOf(context.state, name);
  if (objects.length === 0 || objects.length > KEYS_MAX) throw malformedXml();
  const deleted = objects.map(({ Key = '', VersionId, ...conditions }) => {
    refuseAllBut([], conditions, { operation: 'DeleteObjects with an object', page: 's3' });
    const { DeleteMarker: isMarker, VersionId: versionId } = deleteVersion(name, Key, VersionId, context);
    return {
      Key,
      ...(VersionId !== undefined && { VersionId }),
      ...(isMarker && { DeleteMarker: true, DeleteMarkerVersionId: versionId }),
    };
  });
  return isQuiet ? {} : { Deleted: deleted };
}
