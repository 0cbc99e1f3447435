import type {
  CreateBucketCommandInput,
  CreateBucketCommandOutput,
  DeleteBucketCommandInput,
  GetBucketLocationCommandInput,
  GetBucketLocationCommandOutput,
  HeadBucketCommandInput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
} from '@aws-sdk/client-s3';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { bucketAlreadyExists, bucketNotEmpty, illegalLocation, notFound } from '../errors.ts';
import { KeyIndex } from '../object/key-index.ts';
import { checkBucketName, pageSizeOf } from '../rules.ts';
import { bucketOf, type S3Context, setUpload } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Who owns all buckets. On AWS it is a hash of the account that has no meaning of its own. */
export const ownerOf = ({ kernel }: S3Context): { readonly ID: string } => ({ ID: kernel.accountId.padStart(64, '0') });

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export function createBucket(input: CreateBucketCommandInput, context: S3Context): Output<CreateBucketCommandOutput> {
  const { kernel, state } = context;
  refuseAllBut(['Bucket', 'CreateBucketConfiguration', 'ACL', 'ObjectOwnership'], input, { operation: 'CreateBucket', page: 's3' });
  const { Bucket: name = '', CreateBucketConfiguration: configuration = {}, ObjectOwnership: ownership } = input;
  checkBucketName(name);
  refuseAllBut(['LocationConstraint'], configuration, { operation: 'CreateBucket with CreateBucketConfiguration', page: 's3' });
  const location = configuration.LocationConstraint ?? 'us-east-1';
  if (location !== kernel.region) throw illegalLocation(configuration.LocationConstraint ?? 'unspecified');
  // In us-east-1 an owner who creates a bucket again is told that all is well.
  const isSilent = kernel.region === 'us-east-1';
  if (state.buckets.has(name)) {
    if (!isSilent) throw bucketAlreadyExists(name);
  } else {
    const configurations = ownership === undefined ? {} : { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
    state.buckets.put(name, { name, createdMs: kernel.nowMs(), configurations });
    state.keys.set(name, new KeyIndex());
  }
  return { Location: `/${name}` };
}

export function headBucket({ Bucket: name = '' }: HeadBucketCommandInput, { kernel, state }: S3Context): Output<HeadBucketCommandOutput> {
  if (!state.buckets.has(name)) throw notFound();
  return { BucketRegion: kernel.region, AccessPointAlias: false };
}

/** The location of a bucket; in us-east-1 it is empty. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export function getBucketLocation({ Bucket: name }: GetBucketLocationCommandInput, { kernel, state }: S3Context): Output<GetBucketLocationCommandOutput> {
  bucketOf(state, name);
  return kernel.region === 'us-east-1' ? {} : { LocationConstraint: kernel.region as never };
}

export function deleteBucket({ Bucket: name = '' }: DeleteBucketCommandInput, { state }: S3Context): object {
  bucketOf(state, name);
  if ((state.keys.get(name)?.size ?? 0) > 0) throw bucketNotEmpty(name);
  for (const [uploadId, { bucket }] of state.uploads.entries()) if (bucket === name) setUpload(state, uploadId, undefined);
  state.buckets.delete(name);
  state.keys.delete(name);
  return {};
}

export function listBuckets(input: ListBucketsCommandInput, context: S3Context): Output<ListBucketsCommandOutput> {
  refuseAllBut(['MaxBuckets', 'ContinuationToken', 'Prefix', 'BucketRegion'], input, { operation: 'ListBuckets', page: 's3' });
  const { Prefix: prefix = '', ContinuationToken: token, MaxBuckets: pageSize } = input;
  const names = [...context.state.buckets.keys()].filter((name) => name.startsWith(prefix) && (token === undefined || name > token)).sort();
  const page = names.slice(0, pageSizeOf(pageSize, 'MaxBuckets') || names.length);
  const buckets = page.map((name) => bucketOf(context.state, name));
  return {
    Buckets: buckets.map(({ name, createdMs }) => ({ Name: name, CreationDate: new Date(createdMs), BucketRegion: context.kernel.region })),
    Owner: ownerOf(context),
    ...(page.length < names.length && { ContinuationToken: page.at(-1) }),
    ...(input.Prefix !== undefined && { Prefix: prefix }),
  };
}
