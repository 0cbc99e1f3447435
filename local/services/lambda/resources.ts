import { UserError } from '../../kernel/errors.ts';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import { putMapping, removeMapping } from './event-source-mapping/mappings.ts';
import { functionResource } from './function-resource.ts';
import { functionNamed, functionNameOf } from './naming.ts';
import { checkEventInvokeConfig } from './operations/event-invoke-configs.ts';
import { mappingOf } from './operations/event-source-mappings.ts';
import { statementOf } from './operations/permissions.ts';
import { amendFunction, type Lambda, type LambdaState } from './state.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html */
const permissionResource: ResourceType<LambdaState> = {
  properties: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
  create(properties, place, context) {
    const record = functionNamed(context, properties['FunctionName']);
    const id = place.generatedName({ lengthMax: 100 });
    const { Action, Principal, SourceArn, SourceAccount } = properties;
    const statement = statementOf(record, { StatementId: id, Action, Principal, SourceArn, SourceAccount });
    amendFunction(context, record, { policy: [...record.policy.filter(({ Sid }) => Sid !== id), statement] });
    return { ref: id, attributes: { Id: id } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['FunctionName'] !== previous['FunctionName']) return 'replace';
    const record = functionNamed(context, properties['FunctionName']);
    const { Action, Principal, SourceArn, SourceAccount } = properties;
    const statement = statementOf(record, { StatementId: physical.ref, Action, Principal, SourceArn, SourceAccount });
    amendFunction(context, record, { policy: [...record.policy.filter(({ Sid }) => Sid !== physical.ref), statement] });
    return physical;
  },
  delete(physical, properties, context) {
    const record = context.state.functions.get(functionNameOf(properties['FunctionName']));
    if (record) amendFunction(context, record, { policy: record.policy.filter(({ Sid }) => Sid !== physical.ref) });
  },
};

function putFromTemplate(properties: Properties, uuid: string, context: Lambda): void {
  const { name: functionName } = functionNamed(context, properties['FunctionName']);
  const sourceArn = properties['EventSourceArn'];
  if (typeof sourceArn !== 'string') throw new UserError('AWS::Lambda::EventSourceMapping needs an EventSourceArn: the ARN of a queue or of a DynamoDB stream');
  putMapping(context, mappingOf(context, properties, { uuid, functionName, sourceArn }));
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
    'TumblingWindowInSeconds',
  ],
  inert: { Tags: 'tags of a mapping change nothing' },
  create(properties, _place, context) {
    const uuid = context.kernel.uuid();
    putFromTemplate(properties, uuid, context);
    return { ref: uuid, attributes: { Id: uuid, EventSourceMappingArn: context.kernel.arn('lambda', `event-source-mapping:${uuid}`) } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['EventSourceArn'] !== previous['EventSourceArn'] || properties['StartingPosition'] !== previous['StartingPosition']) return 'replace';
    putFromTemplate(properties, physical.ref, context);
    return physical;
  },
  delete(physical, _properties, context) {
    removeMapping(context, physical.ref);
  },
};

function putEventInvokeConfig(properties: Properties, { kernel, state, ...context }: Lambda): string {
  const record = functionNamed({ kernel, state, ...context }, properties['FunctionName'], properties['Qualifier']);
  const destinations = properties['DestinationConfig'] as { OnSuccess?: { Destination?: string }; OnFailure?: { Destination?: string } } | undefined;
  const config = {
    functionName: record.name,
    maximumRetryAttempts: numberOf(properties['MaximumRetryAttempts']),
    maximumEventAgeInSeconds: numberOf(properties['MaximumEventAgeInSeconds']),
    onSuccess: destinations?.OnSuccess?.Destination,
    onFailure: destinations?.OnFailure?.Destination,
    lastModifiedMs: kernel.nowMs(),
  };
  checkEventInvokeConfig(config);
  state.eventInvokeConfigs.put(record.name, config);
  return record.name;
}

const numberOf = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
const eventInvokeConfigResource: ResourceType<LambdaState> = {
  properties: ['DestinationConfig', 'FunctionName', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts', 'Qualifier'],
  create(properties, _place, context) {
    return { ref: putEventInvokeConfig(properties, context), attributes: {} };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['FunctionName'] !== previous['FunctionName']) return 'replace';
    putEventInvokeConfig(properties, context);
    return physical;
  },
  delete(physical, _properties, { state }) {
    state.eventInvokeConfigs.delete(physical.ref);
  },
};

/** Versions and aliases are refused: only `$LATEST` is emulated. */
export const resourceTypes: Readonly<Record<string, ResourceType<LambdaState>>> = {
  'AWS::Lambda::Function': functionResource,
  'AWS::Lambda::Permission': permissionResource,
  'AWS::Lambda::EventSourceMapping': mappingResource,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfigResource,
};
