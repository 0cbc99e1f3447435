import type {
  DeleteFunctionEventInvokeConfigCommandInput,
  FunctionEventInvokeConfig,
  GetFunctionEventInvokeConfigCommandInput,
  ListFunctionEventInvokeConfigsCommandInput,
  ListFunctionEventInvokeConfigsCommandOutput,
  PutFunctionEventInvokeConfigCommandInput,
  UpdateFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { eventInvokeConfigNotFound, validationException } from '../errors.ts';
import { functionNamed } from '../naming.ts';
import type { EventInvokeConfig, FunctionRecord, Lambda } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;
const MEMBERS = ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'];

function wireConfig(record: FunctionRecord, config: EventInvokeConfig): FunctionEventInvokeConfig {
  return {
    FunctionArn: `${record.arn}:$LATEST`,
    LastModified: new Date(config.lastModifiedMs),
    ...(config.maximumRetryAttempts !== undefined && { MaximumRetryAttempts: config.maximumRetryAttempts }),
    ...(config.maximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds: config.maximumEventAgeInSeconds }),
    DestinationConfig: {
      OnSuccess: config.onSuccess === undefined ? {} : { Destination: config.onSuccess },
      OnFailure: config.onFailure === undefined ? {} : { Destination: config.onFailure },
    },
  };
}

/** Ranges as AWS has them: 0 to 2 retries, an age of a minute to six hours. @see https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export function checkEventInvokeConfig(config: Pick<EventInvokeConfig, 'maximumRetryAttempts' | 'maximumEventAgeInSeconds'>): void {
  const { maximumRetryAttempts: retries = 2, maximumEventAgeInSeconds: ageSeconds = 60 } = config;
  if (retries < 0 || retries > 2) throw validationException(`Value '${retries}' at 'maximumRetryAttempts' failed to satisfy constraint: between 0 and 2`);
  if (ageSeconds < 60 || ageSeconds > 21_600)
    throw validationException(`Value '${ageSeconds}' at 'maximumEventAgeInSeconds' failed to satisfy constraint: between 60 and 21600`);
}

export function putFunctionEventInvokeConfig(input: PutFunctionEventInvokeConfigCommandInput, context: Lambda): FunctionEventInvokeConfig {
  return store(input, undefined, context);
}

export function updateFunctionEventInvokeConfig(input: UpdateFunctionEventInvokeConfigCommandInput, context: Lambda): FunctionEventInvokeConfig {
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  const previous = context.state.eventInvokeConfigs.get(record.name);
  if (!previous) throw eventInvokeConfigNotFound(`${record.arn}:$LATEST`);
  return store(input, previous, context);
}

function store(input: PutFunctionEventInvokeConfigCommandInput, previous: EventInvokeConfig | undefined, context: Lambda): FunctionEventInvokeConfig {
  refuseAllBut(MEMBERS, input, { operation: 'PutFunctionEventInvokeConfig', page: 'lambda' });
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  const destinations = input.DestinationConfig;
  const config: EventInvokeConfig = {
    functionName: record.name,
    maximumRetryAttempts: input.MaximumRetryAttempts ?? previous?.maximumRetryAttempts,
    maximumEventAgeInSeconds: input.MaximumEventAgeInSeconds ?? previous?.maximumEventAgeInSeconds,
    onSuccess: destinations?.OnSuccess ? destinations.OnSuccess.Destination : previous?.onSuccess,
    onFailure: destinations?.OnFailure ? destinations.OnFailure.Destination : previous?.onFailure,
    lastModifiedMs: context.kernel.nowMs(),
  };
  checkEventInvokeConfig(config);
  context.state.eventInvokeConfigs.put(record.name, config);
  return wireConfig(record, config);
}

export function getFunctionEventInvokeConfig(input: GetFunctionEventInvokeConfigCommandInput, context: Lambda): FunctionEventInvokeConfig {
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  const config = context.state.eventInvokeConfigs.get(record.name);
  if (!config) throw eventInvokeConfigNotFound(`${record.arn}:$LATEST`);
  return wireConfig(record, config);
}

export function deleteFunctionEventInvokeConfig(input: DeleteFunctionEventInvokeConfigCommandInput, context: Lambda): Record<string, never> {
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  if (!context.state.eventInvokeConfigs.delete(record.name)) throw eventInvokeConfigNotFound(`${record.arn}:$LATEST`);
  return {};
}

export function listFunctionEventInvokeConfigs(
  input: ListFunctionEventInvokeConfigsCommandInput,
  context: Lambda,
): Output<ListFunctionEventInvokeConfigsCommandOutput> {
  const record = functionNamed(context, input.FunctionName);
  const config = context.state.eventInvokeConfigs.get(record.name);
  return { FunctionEventInvokeConfigs: config ? [wireConfig(record, config)] : [] };
}
