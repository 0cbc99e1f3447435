import type { Properties, ResourceType } from '../../../kernel/resource.ts';
import { invalidParameter } from '../errors.ts';
import { functionNamed } from '../naming.ts';
import { putAlias } from '../operations/aliases.ts';
import { publish } from '../operations/versions.ts';
import { keyOf, type Lambda, type LambdaState, removeAlias, removeVersion } from '../state.ts';

/**
 * A version is what the function is when the template is applied. A changed function needs a version with another logical id, as the CDK writes it.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
 */
export const versionResource: ResourceType<LambdaState> = {
  properties: ['CodeSha256', 'Description', 'FunctionName'],
  create(properties, _place, context) {
    const latest = functionNamed(context, properties['FunctionName']);
    const wanted = properties['CodeSha256'];
    if (wanted !== undefined && wanted !== latest.contentHash) throw invalidParameter(`CodeSHA256 (${wanted}) is different from that of $LATEST`);
    const { arn, version } = publish(context, latest, properties['Description']);
    return { ref: arn, attributes: { Version: version, FunctionArn: arn } };
  },
  update: () => 'replace',
  delete(physical, _properties, context) {
    const { name, qualifier } = splitArn(physical.ref);
    const record = context.state.versions.get(keyOf(name, qualifier));
    if (record) removeVersion(context, record);
  },
};

function splitArn(arn: string): { readonly name: string; readonly qualifier: string } {
  const [name = '', qualifier = ''] = arn.split(':').slice(-2);
  return { name, qualifier };
}

function aliasOf(properties: Properties, context: Lambda) {
  const weights = (properties['RoutingConfig']?.AdditionalVersionWeights ?? []) as { FunctionVersion: string; FunctionWeight: number | string }[];
  const [first] = weights;
  if (weights.length > 1) throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  return putAlias(context, {
    functionName: functionNamed(context, properties['FunctionName']).name,
    name: properties['Name'],
    functionVersion: String(properties['FunctionVersion']),
    description: properties['Description'] ?? '',
    additional: first && { version: String(first.FunctionVersion), weight: Number(first.FunctionWeight) },
  });
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html */
export const aliasResource: ResourceType<LambdaState> = {
  properties: ['Description', 'FunctionName', 'FunctionVersion', 'Name', 'RoutingConfig'],
  create(properties, _place, context) {
    const { arn } = aliasOf(properties, context);
    return { ref: arn, attributes: { AliasArn: arn } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['FunctionName'] !== previous['FunctionName'] || properties['Name'] !== previous['Name']) return 'replace';
    aliasOf(properties, context);
    return physical;
  },
  delete(physical, _properties, context) {
    const { name, qualifier } = splitArn(physical.ref);
    const alias = context.state.aliases.get(keyOf(name, qualifier));
    if (alias) removeAlias(context, alias);
  },
};
