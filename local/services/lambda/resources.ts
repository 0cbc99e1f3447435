import { UserError } from '../../kernel/errors.ts';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import { putMapping, removeMapping } from './event-source-mapping/mappings.ts';
import { checkStreamExists } from './event-source-mapping/source-exists.ts';
import { attachableNamed, findQualified, functionNameOf, qualifiedNamed } from './naming.ts';
import { checkEventInvokeConfig } from './operations/event-invoke-configs.ts';
import { mappedFunction, mappingOf } from './operations/event-source-mappings.ts';
import { statementOf } from './operations/permissions.ts';
import { dropStatement, putStatement } from './policies.ts';
import { functionResource } from './resources/function.ts';
import { urlResource } from './resources/function-url.ts';
import { layerVersionPermissionResource, layerVersionResource } from './resources/layers.ts';
import { aliasResource, versionResource } from './resources/versions.ts';
import { keyOf, type Lambda, type LambdaState } from './state.ts';

function putPermission(properties: Properties, id: string, context: Lambda): void {
  const { record, alias, qualifier } = attachableNamed(context, properties['FunctionName']);
  const { Action, Principal, SourceArn, SourceAccount, PrincipalOrgID, FunctionUrlAuthType, InvokedViaFunctionUrl, EventSourceToken } = properties;
  const permission = { Action, Principal, SourceArn, SourceAccount, PrincipalOrgID, FunctionUrlAuthType, InvokedViaFunctionUrl, EventSourceToken };
  putStatement(context, keyOf(record.name, qualifier), statementOf((alias ?? record).arn, { StatementId: id, ...permission }));
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html */
const permissionResource: ResourceType<LambdaState> = {
  properties: [
    'Action',
    'EventSourceToken',
    'FunctionName',
    'FunctionUrlAuthType',
    'InvokedViaFunctionUrl',
    'Principal',
    'PrincipalOrgID',
    'SourceAccount',
    'SourceArn',
  ],
  create(properties, place, context) {
    const id = place.generatedName({ lengthMax: 100 });
    putPermission(properties, id, context);
    return { ref: id, attributes: { Id: id } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['FunctionName'] !== previous['FunctionName']) return 'replace';
    putPermission(properties, physical.ref, context);
    return physical;
  },
  delete(physical, properties, context) {
    const found = findQualified(context, functionNameOf(context.kernel, properties['FunctionName']));
    if (found) dropStatement(context, keyOf(found.record.name, found.qualifier), physical.ref);
  },
};

async function putFromTemplate(properties: Properties, uuid: string, context: Lambda): Promise<void> {
  const named = mappedFunction(context, properties['FunctionName']);
  const sourceArn = properties['EventSourceArn'];
  if (typeof sourceArn !== 'string') throw new UserError('AWS::Lambda::EventSourceMapping needs an EventSourceArn: the ARN of a queue or of a stream');
  const seconds: unknown = properties['StartingPositionTimestamp'];
  const input = seconds === undefined ? properties : { ...properties, StartingPositionTimestamp: new Date(Number(seconds) * 1000) };
  const mapping = mappingOf(context, input, { uuid, ...named, sourceArn });
  await checkStreamExists(context, { sourceArn, cause: context.cause });
  putMapping(context, mapping);
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
const mappingResource: ResourceType<LambdaState> = {
  properties: [
    'BatchSize',
    'BisectBatchOnFunctionError',
    'DestinationConfig',
    'Enabled',
    'EventSourceArn',
    'FilterCriteria',
    'FunctionName',
    'FunctionResponseTypes',
    'MaximumBatchingWindowInSeconds',
    'MaximumRecordAgeInSeconds',
    'MaximumRetryAttempts',
    'ParallelizationFactor',
    'ScalingConfig',
    'StartingPosition',
    'StartingPositionTimestamp',
    'TumblingWindowInSeconds',
  ],
  inert: { Tags: 'tags of a mapping change nothing' },
  async create(properties, _place, context) {
    const uuid = context.kernel.uuid();
    await putFromTemplate(properties, uuid, context);
    return { ref: uuid, attributes: { Id: uuid, EventSourceMappingArn: context.kernel.arn('lambda', `event-source-mapping:${uuid}`) } };
  },
  async update(properties, previous, physical, _place, context) {
    const fixed = ['EventSourceArn', 'StartingPosition', 'StartingPositionTimestamp'];
    if (fixed.some((name) => properties[name] !== previous[name])) return 'replace';
    await putFromTemplate(properties, physical.ref, context);
    return physical;
  },
  delete(physical, _properties, context) {
    removeMapping(context, physical.ref);
  },
};

function putEventInvokeConfig(properties: Properties, context: Lambda): string {
  const { kernel, state } = context;
  const { record, qualifier } = qualifiedNamed(context, properties['FunctionName'], properties['Qualifier']);
  const destinations = properties['DestinationConfig'] as { OnSuccess?: { Destination?: string }; OnFailure?: { Destination?: string } } | undefined;
  const config = {
    functionName: record.name,
    qualifier,
    maximumRetryAttempts: numberOf(properties['MaximumRetryAttempts']),
    maximumEventAgeInSeconds: numberOf(properties['MaximumEventAgeInSeconds']),
    onSuccess: destinations?.OnSuccess?.Destination,
    onFailure: destinations?.OnFailure?.Destination,
    lastModifiedMs: kernel.nowMs(),
  };
  checkEventInvokeConfig(config);
  const key = keyOf(record.name, qualifier);
  state.eventInvokeConfigs.put(key, config);
  return key;
}

const numberOf = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
const eventInvokeConfigResource: ResourceType<LambdaState> = {
  properties: ['DestinationConfig', 'FunctionName', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts', 'Qualifier'],
  create(properties, _place, context) {
    return { ref: putEventInvokeConfig(properties, context), attributes: {} };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['FunctionName'] !== previous['FunctionName'] || properties['Qualifier'] !== previous['Qualifier']) return 'replace';
    putEventInvokeConfig(properties, context);
    return physical;
  },
  delete(physical, _properties, { state }) {
    state.eventInvokeConfigs.delete(physical.ref);
  },
};

/** The resource types of Lambda that templates may hold. */
export const resourceTypes: Readonly<Record<string, ResourceType<LambdaState>>> = {
  'AWS::Lambda::Alias': aliasResource,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfigResource,
  'AWS::Lambda::EventSourceMapping': mappingResource,
  'AWS::Lambda::Function': functionResource,
  'AWS::Lambda::LayerVersion': layerVersionResource,
  'AWS::Lambda::LayerVersionPermission': layerVersionPermissionResource,
  'AWS::Lambda::Permission': permissionResource,
  'AWS::Lambda::Url': urlResource,
  'AWS::Lambda::Version': versionResource,
};
