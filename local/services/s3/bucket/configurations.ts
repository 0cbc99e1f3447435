import { NotEmulated } from '../../../kernel/errors.ts';
import { noConfiguration } from '../errors.ts';
import { type Bucket, bucketOf, type S3Context } from '../state.ts';

/** A configuration that is kept as it was given and shown again. */
interface Family {
  /** Member of the input of `Put`, and of the state. */
  readonly member: string;
  readonly code: string;
  readonly message: string;
  /** Shows what was put; a structure of its own where the answer has other members than the input. */
  show(value: never): object;
  /** What a bucket has that was given none. */
  readonly absent?: object;
}

/**
 * Families of operations whose configurations change nothing here.
 * Differs from AWS: lifecycle rules expire nothing, CORS rules and ownership controls are kept and shown only, and a public access block blocks nothing, for without a policy nobody but the account gets in.
 */
export const FAMILIES = {
  BucketEncryption: {
    member: 'ServerSideEncryptionConfiguration',
    code: 'ServerSideEncryptionConfigurationNotFoundError',
    message: 'The server side encryption configuration was not found',
    show: (value: object) => ({ ServerSideEncryptionConfiguration: value }),
    // Since 2023 every bucket encrypts with keys of S3.
    absent: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] },
  },
  PublicAccessBlock: {
    member: 'PublicAccessBlockConfiguration',
    code: 'NoSuchPublicAccessBlockConfiguration',
    message: 'The public access block configuration was not found',
    show: (value: object) => ({ PublicAccessBlockConfiguration: value }),
  },
  BucketLifecycleConfiguration: {
    member: 'LifecycleConfiguration',
    code: 'NoSuchLifecycleConfiguration',
    message: 'The lifecycle configuration does not exist',
    show: (value: object) => value,
  },
  BucketCors: {
    member: 'CORSConfiguration',
    code: 'NoSuchCORSConfiguration',
    message: 'The CORS configuration does not exist',
    show: (value: object) => value,
  },
  BucketOwnershipControls: {
    member: 'OwnershipControls',
    code: 'OwnershipControlsNotFoundError',
    message: 'The bucket ownership controls were not found',
    show: (value: object) => ({ OwnershipControls: value }),
  },
} as const satisfies Readonly<Record<string, Family>>;

type BucketInput = { readonly Bucket?: string | undefined };

/** Changes what a bucket is configured with. */
export function configure({ state }: S3Context, name: string | undefined, change: Partial<Bucket>): void {
  const bucket = bucketOf(state, name);
  state.buckets.put(bucket.name, { ...bucket, ...change });
}

/** Keeps a configuration under its member's name. */
export function setConfiguration(context: S3Context, name: string | undefined, member: string, value: unknown): void {
  const { configurations } = bucketOf(context.state, name);
  const { [member]: _previous, ...others } = configurations;
  configure(context, name, { configurations: value === undefined ? others : { ...others, [member]: value } });
}

/** Encryption with keys of KMS is another service's. */
export function checkEncryptionRules(value: unknown): void {
  const { Rules: rules = [] } = (value ?? {}) as { Rules?: readonly { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string } }[] };
  const other = rules
    .map((rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm)
    .find((algorithm) => algorithm !== undefined && algorithm !== 'AES256');
  if (other) throw new NotEmulated(`A bucket with the encryption ${other}`, 's3');
}

type FamilyName = keyof typeof FAMILIES;

const put =
  (family: FamilyName) =>
  (input: object, context: S3Context): object => {
    const { member } = FAMILIES[family];
    const { [member]: value, Bucket: name } = input as Readonly<Record<string, unknown>> & BucketInput;
    if (family === 'BucketEncryption') checkEncryptionRules(value);
    setConfiguration(context, name, member, value ?? {});
    return {};
  };

const get =
  (family: FamilyName) =>
  (input: object, { state }: S3Context): object => {
    const { member, code, message, show, ...rest }: Family = FAMILIES[family];
    const { name, configurations } = bucketOf(state, (input as BucketInput).Bucket);
    const value = configurations[member] ?? rest.absent;
    if (value === undefined) throw noConfiguration(code, message, name);
    return show(value as never);
  };

const remove =
  (family: FamilyName) =>
  (input: object, context: S3Context): object => {
    setConfiguration(context, (input as BucketInput).Bucket, FAMILIES[family].member, undefined);
    return {};
  };

/** The operations of all families. */
export const configurationOperations = {
  PutBucketEncryption: put('BucketEncryption'),
  GetBucketEncryption: get('BucketEncryption'),
  DeleteBucketEncryption: remove('BucketEncryption'),
  PutPublicAccessBlock: put('PublicAccessBlock'),
  GetPublicAccessBlock: get('PublicAccessBlock'),
  DeletePublicAccessBlock: remove('PublicAccessBlock'),
  PutBucketLifecycleConfiguration: put('BucketLifecycleConfiguration'),
  GetBucketLifecycleConfiguration: get('BucketLifecycleConfiguration'),
  DeleteBucketLifecycle: remove('BucketLifecycleConfiguration'),
  PutBucketCors: put('BucketCors'),
  GetBucketCors: get('BucketCors'),
  DeleteBucketCors: remove('BucketCors'),
  PutBucketOwnershipControls: put('BucketOwnershipControls'),
  GetBucketOwnershipControls: get('BucketOwnershipControls'),
  DeleteBucketOwnershipControls: remove('BucketOwnershipControls'),
};
