import type {
  BucketVersioningStatus,
  GetBucketNotificationConfigurationCommandOutput,
  GetBucketPolicyCommandOutput,
  GetBucketTaggingCommandOutput,
  GetBucketVersioningCommandOutput,
  PutBucketNotificationConfigurationCommandInput,
  PutBucketPolicyCommandInput,
  PutBucketTaggingCommandInput,
  PutBucketVersioningCommandInput,
} from '@aws-sdk/client-s3';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { PolicyDocument } from '../../../kernel/principal.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { configure } from '../bucket/configurations.ts';
import { malformedPolicy, malformedXml, noConfiguration } from '../errors.ts';
import { tagsOfList } from '../rules.ts';
import { bucketOf, type S3Context } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;
type BucketInput = { readonly Bucket?: string | undefined };

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
export function putBucketVersioning(input: PutBucketVersioningCommandInput, context: S3Context): object {
  const { Status: status, ...others } = input.VersioningConfiguration ?? {};
  refuseAllBut([], others, { operation: 'PutBucketVersioning', page: 's3' });
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  configure(context, input.Bucket, { versioning: status });
  return {};
}

export function getBucketVersioning({ Bucket: name }: BucketInput, { state }: S3Context): Output<GetBucketVersioningCommandOutput> {
  const { versioning } = bucketOf(state, name);
  return versioning === undefined ? {} : { Status: versioning as BucketVersioningStatus };
}

/** Reads a policy; throws the fault for text that is none. */
export function policyOf(text: string): PolicyDocument {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
    throw error;
  }
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) throw malformedPolicy('Missing required field Statement');
  const document = readPolicyDocument(policy);
  if (!document) throw malformedPolicy('Policy has invalid statements');
  return document;
}

export function putBucketPolicy({ Bucket: name, Policy: text = '' }: PutBucketPolicyCommandInput, context: S3Context): object {
  configure(context, name, { policyText: text, policy: policyOf(text) });
  return {};
}

export function getBucketPolicy({ Bucket: name }: BucketInput, { state }: S3Context): Output<GetBucketPolicyCommandOutput> {
  const bucket = bucketOf(state, name);
  if (bucket.policyText === undefined) throw noConfiguration('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket.name);
  return { Policy: bucket.policyText };
}

export function deleteBucketPolicy({ Bucket: name }: BucketInput, context: S3Context): object {
  configure(context, name, { policyText: undefined, policy: undefined });
  return {};
}

export function putBucketTagging({ Bucket: name, Tagging: tagging }: PutBucketTaggingCommandInput, context: S3Context): object {
  configure(context, name, { tags: tagsOfList(tagging?.TagSet ?? [], 'bucket') });
  return {};
}

export function getBucketTagging({ Bucket: name }: BucketInput, { state }: S3Context): Output<GetBucketTaggingCommandOutput> {
  const bucket = bucketOf(state, name);
  const tags = Object.entries(bucket.tags ?? {});
  if (tags.length === 0) throw noConfiguration('NoSuchTagSet', 'The TagSet does not exist', bucket.name);
  return { TagSet: tags.map(([Key, Value]) => ({ Key, Value })) };
}

export function deleteBucketTagging({ Bucket: name }: BucketInput, context: S3Context): object {
  configure(context, name, { tags: undefined });
  return {};
}

/** Events go to EventBridge; what would go straight to a queue, a topic or a function is refused by name. */
export function putBucketNotificationConfiguration(input: PutBucketNotificationConfigurationCommandInput, context: S3Context): object {
  const { NotificationConfiguration: configuration = {} } = input;
  const given = Object.fromEntries(Object.entries(configuration).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
  refuseAllBut(['EventBridgeConfiguration'], given, { operation: 'PutBucketNotificationConfiguration', page: 's3' });
  configure(context, input.Bucket, { sendsToEventBridge: configuration.EventBridgeConfiguration !== undefined });
  return {};
}

export function getBucketNotificationConfiguration(
  { Bucket: name }: BucketInput,
  { state }: S3Context,
): Output<GetBucketNotificationConfigurationCommandOutput> {
  return bucketOf(state, name).sendsToEventBridge ? { EventBridgeConfiguration: {} } : {};
}
