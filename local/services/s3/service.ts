import type { S3 } from '@aws-sdk/client-s3';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { access } from './access.ts';
import type { Blobs } from './blobs.ts';
import { configurationOperations } from './bucket/configurations.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/buckets.ts';
import {
  deleteBucketPolicy,
  deleteBucketTagging,
  getBucketNotificationConfiguration,
  getBucketPolicy,
  getBucketTagging,
  getBucketVersioning,
  putBucketNotificationConfiguration,
  putBucketPolicy,
  putBucketTagging,
  putBucketVersioning,
} from './operations/configuration.ts';
import { deleteObject, deleteObjects } from './operations/delete-object.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './operations/list-objects.ts';
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, listMultipartUploads, listParts, uploadPart } from './operations/multipart.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.ts';
import { copyObject, putObject } from './operations/put-object.ts';
import { bucketPolicyResource, bucketResource } from './resources.ts';
import { createState, type S3State } from './state.ts';

const operations: Partial<OperationsOf<S3, S3State>> = {
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  ListBuckets: listBuckets,
  GetBucketLocation: getBucketLocation,
  ...configurationOperations,
  PutBucketVersioning: putBucketVersioning,
  GetBucketVersioning: getBucketVersioning,
  PutBucketPolicy: putBucketPolicy,
  GetBucketPolicy: getBucketPolicy,
  DeleteBucketPolicy: deleteBucketPolicy,
  PutBucketTagging: putBucketTagging,
  GetBucketTagging: getBucketTagging,
  DeleteBucketTagging: deleteBucketTagging,
  PutBucketNotificationConfiguration: putBucketNotificationConfiguration,
  GetBucketNotificationConfiguration: getBucketNotificationConfiguration,
  PutObject: putObject,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
  ListMultipartUploads: listMultipartUploads,
};

/** S3, as far as assets and claim checks need it. The content of objects is kept in `blobs`. */
export function createS3({ blobs }: { readonly blobs: Blobs }): Service<S3State> {
  return {
    name: 's3',
    arnService: 's3',
    createState: (kernel) => createState(kernel, blobs),
    operations,
    access,
    resourceTypes: { 'AWS::S3::Bucket': bucketResource, 'AWS::S3::BucketPolicy': bucketPolicyResource },
  };
}
