import type {
  AddLayerVersionPermissionCommandInput,
  AddLayerVersionPermissionCommandOutput,
  DeleteLayerVersionCommandInput,
  GetLayerVersionByArnCommandInput,
  GetLayerVersionCommandInput,
  GetLayerVersionPolicyCommandInput,
  GetLayerVersionPolicyCommandOutput,
  LayerVersionsListItem,
  ListLayersCommandInput,
  ListLayersCommandOutput,
  ListLayerVersionsCommandInput,
  ListLayerVersionsCommandOutput,
  PublishLayerVersionCommandInput,
  PublishLayerVersionCommandOutput,
  RemoveLayerVersionPermissionCommandInput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { PolicyStatement } from '../../../kernel/principal.ts';
import { invalidParameter, noLayerPolicy, revisionDiffers, statementExists, statementNotFound } from '../errors.ts';
import { layerArn, layerNameOf, layerPolicyKey, layerVersionNamed, layerVersionsOf, putLayerVersion, removeLayerVersion } from '../layers.ts';
import { amendPolicy } from '../policies.ts';
import type { LayerVersionRecord } from '../records.ts';
import type { Lambda } from '../state.ts';
import { contentOf } from './content.ts';
import { pageOf } from './page.ts';

type Output<T> = Omit<T, '$metadata'>;

function listedLayerVersion(record: LayerVersionRecord): LayerVersionsListItem {
  return {
    LayerVersionArn: record.arn,
    Version: record.version,
    Description: record.description,
    CreatedDate: new Date(record.createdMs).toISOString().replace('Z', '+0000'),
    ...(record.compatibleRuntimes && { CompatibleRuntimes: [...record.compatibleRuntimes] as NonNullable<LayerVersionsListItem['CompatibleRuntimes']> }),
    ...(record.compatibleArchitectures && {
      CompatibleArchitectures: [...record.compatibleArchitectures] as NonNullable<LayerVersionsListItem['CompatibleArchitectures']>,
    }),
    ...(record.licenseInfo !== undefined && { LicenseInfo: record.licenseInfo }),
  };
}

function wireLayerVersion(record: LayerVersionRecord): Output<PublishLayerVersionCommandOutput> {
  return {
    ...listedLayerVersion(record),
    LayerArn: record.arn.slice(0, record.arn.lastIndexOf(':')),
    Content: { Location: `file://${record.directory}`, CodeSha256: record.contentHash, CodeSize: record.sizeBytes },
  };
}

export async function publishLayerVersion(input: PublishLayerVersionCommandInput, context: Lambda): Promise<Output<PublishLayerVersionCommandOutput>> {
  const members = ['LayerName', 'Description', 'Content', 'CompatibleRuntimes', 'CompatibleArchitectures', 'LicenseInfo'];
  refuseAllBut(members, input, { operation: 'PublishLayerVersion', page: 'lambda' });
  const content = await contentOf(context, input.Content);
  return wireLayerVersion(
    putLayerVersion(context, {
      layerName: layerNameOf(input.LayerName),
      description: input.Description ?? '',
      compatibleRuntimes: input.CompatibleRuntimes,
      compatibleArchitectures: input.CompatibleArchitectures,
      licenseInfo: input.LicenseInfo,
      ...content,
    }),
  );
}

const mustBePositive = (version: number | undefined): void => {
  if ((version ?? 0) < 1) throw invalidParameter('Layer Version Cannot be less than 1');
};

export function getLayerVersion(input: GetLayerVersionCommandInput, context: Lambda): Output<PublishLayerVersionCommandOutput> {
  mustBePositive(input.VersionNumber);
  return wireLayerVersion(layerVersionNamed(context, input.LayerName, input.VersionNumber));
}

export function getLayerVersionByArn(input: GetLayerVersionByArnCommandInput, context: Lambda): Output<PublishLayerVersionCommandOutput> {
  const { Arn: arn = '' } = input;
  const end = arn.lastIndexOf(':');
  return wireLayerVersion(layerVersionNamed(context, arn.slice(0, end), Number(arn.slice(end + 1))));
}

export function deleteLayerVersion(input: DeleteLayerVersionCommandInput, context: Lambda): Record<string, never> {
  mustBePositive(input.VersionNumber);
  removeLayerVersion(context, { layerName: layerNameOf(input.LayerName), version: input.VersionNumber ?? 0 });
  return {};
}

const isCompatible = (
  record: LayerVersionRecord,
  { CompatibleRuntime: runtime, CompatibleArchitecture: architecture }: Pick<ListLayersCommandInput, 'CompatibleRuntime' | 'CompatibleArchitecture'>,
): boolean =>
  (runtime === undefined || (record.compatibleRuntimes?.includes(runtime) ?? false)) &&
  (architecture === undefined || (record.compatibleArchitectures?.includes(architecture) ?? false));

export function listLayerVersions(input: ListLayerVersionsCommandInput, context: Lambda): Output<ListLayerVersionsCommandOutput> {
  const all = layerVersionsOf(context, layerNameOf(input.LayerName)).filter((record) => isCompatible(record, input));
  const { page, NextMarker } = pageOf(all, input, { keyOf: ({ version }) => String(version), most: 50 });
  return { LayerVersions: page.map(listedLayerVersion), ...(NextMarker !== undefined && { NextMarker }) };
}

export function listLayers(input: ListLayersCommandInput, context: Lambda): Output<ListLayersCommandOutput> {
  const all = [...context.state.layerCounts.keys()].sort().flatMap((name) => {
    const latest = layerVersionsOf(context, name).find((record) => isCompatible(record, input));
    return latest ? [latest] : [];
  });
  const { page, NextMarker } = pageOf(all, input, { keyOf: ({ layerName }) => layerName, most: 50 });
  const Layers = page.map((latest) => ({
    LayerName: latest.layerName,
    LayerArn: layerArn(context, latest.layerName),
    LatestMatchingVersion: listedLayerVersion(latest),
  }));
  return { Layers, ...(NextMarker !== undefined && { NextMarker }) };
}

/** The statement that a permission becomes. */
export function layerStatement(
  resource: string,
  permission: Pick<AddLayerVersionPermissionCommandInput, 'StatementId' | 'Action' | 'Principal' | 'OrganizationId'>,
): PolicyStatement {
  const { Principal: principal = '', OrganizationId: organization } = permission;
  return {
    Sid: permission.StatementId ?? '',
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal },
    Action: permission.Action ?? '',
    Resource: resource,
    ...(organization !== undefined && { Condition: { StringEquals: { 'aws:PrincipalOrgID': organization } } }),
  };
}

export function addLayerVersionPermission(input: AddLayerVersionPermissionCommandInput, context: Lambda): Output<AddLayerVersionPermissionCommandOutput> {
  const { layerName, version, arn } = layerVersionNamed(context, input.LayerName, input.VersionNumber);
  const key = layerPolicyKey(layerName, version);
  const policy = context.state.policies.get(key);
  const { StatementId: id = '' } = input;
  if (policy?.document.Statement.some(({ Sid }) => Sid === id)) throw statementExists(id);
  if (input.RevisionId !== undefined && input.RevisionId !== policy?.revisionId) throw revisionDiffers('GetLayerPolicy');
  const statement = layerStatement(arn, input);
  const { revisionId } = amendPolicy(context, key, [...(policy?.document.Statement ?? []), statement]);
  return { Statement: JSON.stringify(statement), RevisionId: revisionId };
}

export function getLayerVersionPolicy(input: GetLayerVersionPolicyCommandInput, context: Lambda): Output<GetLayerVersionPolicyCommandOutput> {
  const { layerName, version } = layerVersionNamed(context, input.LayerName, input.VersionNumber);
  const policy = context.state.policies.get(layerPolicyKey(layerName, version));
  if (!policy) throw noLayerPolicy();
  return { Policy: JSON.stringify(policy.document), RevisionId: policy.revisionId };
}

export function removeLayerVersionPermission(input: RemoveLayerVersionPermissionCommandInput, context: Lambda): Record<string, never> {
  const { layerName, version } = layerVersionNamed(context, input.LayerName, input.VersionNumber);
  const key = layerPolicyKey(layerName, version);
  const policy = context.state.policies.get(key);
  const statements = policy?.document.Statement.filter(({ Sid }) => Sid !== input.StatementId) ?? [];
  if (input.RevisionId !== undefined && policy && input.RevisionId !== policy.revisionId) throw revisionDiffers('GetLayerPolicy');
  if (!policy || statements.length === policy.document.Statement.length) throw statementNotFound(input.StatementId ?? '');
  amendPolicy(context, key, statements);
  return {};
}
