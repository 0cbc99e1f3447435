import type {
  AliasConfiguration,
  CreateAliasCommandInput,
  DeleteAliasCommandInput,
  GetAliasCommandInput,
  ListAliasesCommandInput,
  ListAliasesCommandOutput,
  UpdateAliasCommandInput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { aliasExists, aliasNotFound, aliasToChangeNotFound, functionNotFound, invalidParameter, latestWithOtherVersion, revisionDiffers } from '../errors.ts';
import { functionArn, functionNamed, functionNameOf, isVersion } from '../naming.ts';
import type { AliasRecord } from '../records.ts';
import { aliasesOf, keyOf, type Lambda, type Plane, removeAlias } from '../state.ts';
import { pageOf } from './page.ts';

type Routing = { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> | undefined };

/** An alias as the API shows it. */
function wireAlias(alias: AliasRecord): AliasConfiguration {
  return {
    AliasArn: alias.arn,
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(alias.additional && { RoutingConfig: { AdditionalVersionWeights: { [alias.additional.version]: alias.additional.weight } } }),
  };
}

function additionalOf(routing: Routing): AliasRecord['additional'] {
  const weights = Object.entries(routing.AdditionalVersionWeights ?? {});
  if (weights.length > 1) throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  const [first] = weights;
  return first && { version: first[0], weight: first[1] };
}

/** Versions that an alias names have to be there. @see https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html */
function checkVersions({ kernel, state }: Plane, alias: Pick<AliasRecord, 'functionName' | 'functionVersion' | 'additional'>): void {
  const { functionName, functionVersion, additional } = alias;
  const mustExist = (version: string): void => {
    const key = keyOf(functionName, version);
    const isThere = version === '$LATEST' ? state.functions.has(functionName) : state.versions.has(key);
    if (!isThere) throw functionNotFound(keyOf(functionArn(kernel, functionName), version));
  };
  if (additional && functionVersion === '$LATEST') throw latestWithOtherVersion();
  if (additional?.version === functionVersion) {
    throw invalidParameter(`Invalid function version ${functionVersion}. Function version ${functionVersion} is already included in routing configuration.`);
  }
  mustExist(functionVersion);
  if (additional) mustExist(additional.version);
}

/** Stores an alias, new or changed, after its versions were found to be there. */
export function putAlias(plane: Plane, draft: Omit<AliasRecord, 'arn' | 'revisionId'>): AliasRecord {
  checkVersions(plane, draft);
  const arn = `${functionArn(plane.kernel, draft.functionName)}:${draft.name}`;
  const alias = { ...draft, arn, revisionId: plane.kernel.uuid() };
  plane.state.aliases.put(keyOf(draft.functionName, draft.name), alias);
  return alias;
}

export function createAlias(input: CreateAliasCommandInput, context: Lambda): AliasConfiguration {
  const { kernel, state } = context;
  refuseAllBut(['FunctionName', 'Name', 'FunctionVersion', 'Description', 'RoutingConfig'], input, { operation: 'CreateAlias', page: 'lambda' });
  const { name: functionName } = functionNameOf(kernel, input.FunctionName);
  const { Name: name = '', FunctionVersion: functionVersion = '' } = input;
  const draft = { functionName, name, functionVersion, description: input.Description ?? '', additional: additionalOf(input.RoutingConfig ?? {}) };
  checkVersions(context, draft);
  const key = keyOf(functionName, name);
  if (state.aliases.has(key)) throw aliasExists(keyOf(functionArn(kernel, functionName), name));
  return wireAlias(putAlias(context, draft));
}

function aliasNamed({ kernel, state }: Plane, input: GetAliasCommandInput, notFound: (arn: string) => Error): AliasRecord {
  const { name } = functionNameOf(kernel, input.FunctionName);
  const found = state.aliases.get(keyOf(name, input.Name));
  if (!found) throw notFound(keyOf(functionArn(kernel, name), input.Name));
  return found;
}

export function getAlias(input: GetAliasCommandInput, context: Lambda): AliasConfiguration {
  return wireAlias(aliasNamed(context, input, aliasNotFound));
}

export function updateAlias(input: UpdateAliasCommandInput, context: Lambda): AliasConfiguration {
  refuseAllBut(['FunctionName', 'Name', 'FunctionVersion', 'Description', 'RoutingConfig', 'RevisionId'], input, { operation: 'UpdateAlias', page: 'lambda' });
  const previous = aliasNamed(context, input, aliasToChangeNotFound);
  if (input.RevisionId !== undefined && input.RevisionId !== previous.revisionId) throw revisionDiffers('GetFunction/GetAlias');
  const { functionName, name } = previous;
  return wireAlias(
    putAlias(context, {
      functionName,
      name,
      functionVersion: input.FunctionVersion ?? previous.functionVersion,
      description: input.Description ?? previous.description,
      additional: input.RoutingConfig ? additionalOf(input.RoutingConfig) : previous.additional,
    }),
  );
}

/** An alias that is not there is gone already. */
export function deleteAlias(input: DeleteAliasCommandInput, context: Lambda): Record<string, never> {
  const { name } = functionNamed(context, input.FunctionName);
  const alias = context.state.aliases.get(keyOf(name, input.Name));
  if (alias) removeAlias(context, alias);
  return {};
}

export function listAliases(input: ListAliasesCommandInput, context: Lambda): Omit<ListAliasesCommandOutput, '$metadata'> {
  const { name } = functionNamed(context, input.FunctionName);
  const wanted = input.FunctionVersion;
  const all = aliasesOf(context, name).filter(
    ({ functionVersion, additional }) => wanted === undefined || functionVersion === wanted || (isVersion(wanted) && additional?.version === wanted),
  );
  const { page, NextMarker } = pageOf(all, input, { keyOf: (alias) => alias.name, most: 50 });
  return { Aliases: page.map(wireAlias), ...(NextMarker !== undefined && { NextMarker }) };
}
