import { UserError } from '../../kernel/errors.ts';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import { checkEncryptionRules, configure, setConfiguration } from './bucket/configurations.ts';
import { bucketNotEmpty } from './errors.ts';
import { createBucket, deleteBucket } from './operations/buckets.ts';
import { policyOf, putBucketNotificationConfiguration, putBucketVersioning } from './operations/configuration.ts';
import { tagsOfList } from './rules.ts';
import type { S3Context, S3State } from './state.ts';

/** Names of buckets. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const NAME_LENGTH_MAX = 63;

function attributesOf(name: string, { kernel }: S3Context): Record<string, string> {
  const { region, partition } = kernel;
  return {
    Arn: `arn:${partition}:s3:::${name}`,
    DomainName: `${name}.s3.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
    WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
  };
}

/** Puts everything that the properties say of a bucket which exists. */
function apply(name: string, properties: Properties, context: S3Context): void {
  const encryption = properties['BucketEncryption'];
  const rules = (encryption?.ServerSideEncryptionConfiguration ?? []).map((rule: Properties) => ({
    ApplyServerSideEncryptionByDefault: rule['ServerSideEncryptionByDefault'],
    BucketKeyEnabled: rule['BucketKeyEnabled'] ?? false,
  }));
  if (encryption) checkEncryptionRules({ Rules: rules });
  setConfiguration(context, name, 'ServerSideEncryptionConfiguration', encryption && { Rules: rules });
  const blocked = properties['PublicAccessBlockConfiguration'];
  setConfiguration(context, name, 'PublicAccessBlockConfiguration', blocked && asFlags(blocked));
  const ownership = properties['OwnershipControls'];
  setConfiguration(context, name, 'OwnershipControls', ownership && { Rules: ownership.Rules });
  configure(context, name, { tags: tagsOfList(properties['Tags'] ?? [], 'bucket') });
  const status = properties['VersioningConfiguration']?.Status;
  if (status !== undefined) putBucketVersioning({ Bucket: name, VersioningConfiguration: { Status: status } }, context);
  const { EventBridgeConfiguration: toBus, ...others } = properties['NotificationConfiguration'] ?? {};
  const isOn = toBus !== undefined && String(toBus.EventBridgeEnabled ?? true) === 'true';
  putBucketNotificationConfiguration({ Bucket: name, NotificationConfiguration: { ...others, ...(isOn && { EventBridgeConfiguration: {} }) } }, context);
}

const asFlags = (flags: Readonly<Record<string, unknown>>): Record<string, boolean> =>
  Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, String(value) === 'true']));

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
export const bucketResource: ResourceType<S3State> = {
  properties: [
    'BucketName',
    'BucketEncryption',
    'PublicAccessBlockConfiguration',
    'OwnershipControls',
    'Tags',
    'VersioningConfiguration',
    'NotificationConfiguration',
  ],
  inert: {
    LifecycleConfiguration: 'objects do not expire here',
    CorsConfiguration: 'browsers are not asked to keep origins apart',
    AccessControl: 'access is by policies only',
    LoggingConfiguration: 'no access logs are written',
  },
  create(properties, place, context) {
    const name: string = properties['BucketName'] ?? place.generatedName({ lengthMax: NAME_LENGTH_MAX, isLowerCase: true });
    if (context.state.buckets.has(name)) throw new UserError(`${name} already exists`);
    createBucket(
      { Bucket: name, ...(context.kernel.region !== 'us-east-1' && { CreateBucketConfiguration: { LocationConstraint: context.kernel.region as never } }) },
      context,
    );
    apply(name, properties, context);
    return { ref: name, attributes: attributesOf(name, context) };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['BucketName'] !== previous['BucketName']) return 'replace';
    const { VersioningConfiguration: versioning } = properties;
    // Versions cannot be taken back: a bucket that had them keeps those that there are.
    const suspended = versioning === undefined && previous['VersioningConfiguration'] !== undefined ? { VersioningConfiguration: { Status: 'Suspended' } } : {};
    apply(physical.ref, { ...properties, ...suspended }, context);
    return { ref: physical.ref, attributes: attributesOf(physical.ref, context) };
  },
  delete({ ref: name }, _properties, context) {
    if (!context.state.buckets.has(name)) return;
    if ((context.state.keys.get(name)?.size ?? 0) > 0) throw bucketNotEmpty(name);
    deleteBucket({ Bucket: name }, context);
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html */
export const bucketPolicyResource: ResourceType<S3State> = {
  properties: ['Bucket', 'PolicyDocument'],
  create({ Bucket: name, PolicyDocument: document }, _place, context) {
    const policyText = typeof document === 'string' ? document : JSON.stringify(document);
    configure(context, name, { policyText, policy: policyOf(policyText) });
    return { ref: name, attributes: {} };
  },
  update(properties, previous, _physical, place, context) {
    if (properties['Bucket'] !== previous['Bucket']) return 'replace';
    return this.create(properties, place, context);
  },
  delete({ ref: name }, _properties, context) {
    if (context.state.buckets.has(name)) configure(context, name, { policyText: undefined, policy: undefined });
  },
};
