import type { ResourceType } from '../../../kernel/resource.ts';
import { layerKey, layerPolicyKey, layerVersionNamed, putLayerVersion, removeLayerVersion } from '../layers.ts';
import { layerStatement } from '../operations/layers.ts';
import { dropStatement, putStatement } from '../policies.ts';
import type { LambdaState } from '../state.ts';
import { assetContent } from './function.ts';

/** Any change makes a new version. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html */
export const layerVersionResource: ResourceType<LambdaState> = {
  properties: ['CompatibleArchitectures', 'CompatibleRuntimes', 'Content', 'Description', 'LayerName', 'LicenseInfo'],
  create(properties, place, context) {
    const { arn } = putLayerVersion(context, {
      layerName: properties['LayerName'] ?? place.generatedName({ lengthMax: 64 }),
      description: properties['Description'] ?? '',
      compatibleRuntimes: properties['CompatibleRuntimes'],
      compatibleArchitectures: properties['CompatibleArchitectures'],
      licenseInfo: properties['LicenseInfo'],
      ...assetContent(properties['Content'] ?? {}, place, 'The layer'),
    });
    return { ref: arn, attributes: { LayerVersionArn: arn } };
  },
  update: () => 'replace',
  delete(physical, _properties, context) {
    const { layerName, version } = splitArn(physical.ref);
    const record = context.state.layerVersions.get(layerKey(layerName, version));
    if (record) removeLayerVersion(context, record);
  },
};

function splitArn(arn: string): { readonly layerName: string; readonly version: number } {
  const [layerName = '', version] = arn.split(':').slice(-2);
  return { layerName, version: Number(version) };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversionpermission.html */
export const layerVersionPermissionResource: ResourceType<LambdaState> = {
  properties: ['Action', 'LayerVersionArn', 'OrganizationId', 'Principal'],
  create(properties, place, context) {
    const { layerName, version } = splitArn(properties['LayerVersionArn']);
    const { arn } = layerVersionNamed(context, layerName, version);
    const id = place.generatedName({ lengthMax: 100 });
    const { Action, Principal, OrganizationId } = properties;
    putStatement(context, layerPolicyKey(layerName, version), layerStatement(arn, { StatementId: id, Action, Principal, OrganizationId }));
    return { ref: `${arn}#${id}`, attributes: { Id: `${arn}#${id}` } };
  },
  update: () => 'replace',
  delete(physical, _properties, context) {
    const [arn = '', id = ''] = physical.ref.split('#');
    const { layerName, version } = splitArn(arn);
    dropStatement(context, layerPolicyKey(layerName, version), id);
  },
};
