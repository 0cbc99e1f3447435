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
import { functionArn, functionNamed, functionNameOf, qualifiedNamed } from '../naming.ts';
import type { EventInvokeConfig } from '../records.ts';
import { keyOf, type Lambda, type Plane } from '../state.ts';
import { pageOf } from './page.ts';

type Output<T> = Omit<T, '$metadata'>;
const MEMBERS = ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'];

/** The ARN under which a configuration is shown: `$LATEST` where none was asked for. */
const configArn = ({ kernel }: Plane, { functionName, qualifier }: Pick<EventInvokeConfig, 'functionName' | 'qualifier'>): string =>
  `${functionArn(kernel, functionName)}:${qualifier ?? '$LATEST'}`;

function wireConfig(plane: Plane, config: EventInvokeConfig): FunctionEventInvokeConfig {
  return {
    FunctionArn: configArn(plane, config),
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

type Named = Pick<GetFunctionEventInvokeConfigCommandInput, 'FunctionName' | 'Qualifier'>;

/** Puts a configuration in the place of the one before. */
export function putFunctionEventInvokeConfig(input: PutFunctionEventInvokeConfigCommandInput, context: Lambda): FunctionEventInvokeConfig {
  return store(input, undefined, context);
}

/** Changes what is given, and leaves the rest. */
export function updateFunctionEventInvokeConfig(input: UpdateFunctionEventInvokeConfigCommandInput, context: Lambda): FunctionEventInvokeConfig {
  return store(input, configNamed(context, input), context);
}

function store(input: PutFunctionEventInvokeConfigCommandInput, previous: EventInvokeConfig | undefined, context: Lambda): FunctionEventInvokeConfig {
  refuseAllBut(MEMBERS, input, { operation: 'PutFunctionEventInvokeConfig', page: 'lambda' });
  const { record, qualifier } = qualifiedNamed(context, input.FunctionName, input.Qualifier);
  const destinations = input.DestinationConfig;
  const config: EventInvokeConfig = {
    functionName: record.name,
    qualifier,
    maximumRetryAttempts: input.MaximumRetryAttempts ?? previous?.maximumRetryAttempts,
    maximumEventAgeInSeconds: input.MaximumEventAgeInSeconds ?? previous?.maximumEventAgeInSeconds,
    onSuccess: destinations?.OnSuccess ? destinations.OnSuccess.Destination : previous?.onSuccess,
    onFailure: destinations?.OnFailure ? destinations.OnFailure.Destination : previous?.onFailure,
    lastModifiedMs: context.kernel.nowMs(),
  };
  checkEventInvokeConfig(config);
  context.state.eventInvokeConfigs.put(keyOf(record.name, qualifier), config);
  return wireConfig(context, config);
}

function configNamed(context: Lambda, input: Named): EventInvokeConfig {
  const { name: functionName, qualifier: asked } = functionNameOf(context.kernel, input.FunctionName, input.Qualifier);
  const qualifier = asked === '$LATEST' ? undefined : asked;
  const found = context.state.eventInvokeConfigs.get(keyOf(functionName, qualifier));
  if (!found) throw eventInvokeConfigNotFound(configArn(context, { functionName, qualifier }));
  return found;
}

export function getFunctionEventInvokeConfig(input: GetFunctionEventInvokeConfigCommandInput, context: Lambda): FunctionEventInvokeConfig {
  return wireConfig(context, configNamed(context, input));
}

export function deleteFunctionEventInvokeConfig(input: DeleteFunctionEventInvokeConfigCommandInput, context: Lambda): Record<string, never> {
  const { functionName, qualifier } = configNamed(context, input);
  context.state.eventInvokeConfigs.delete(keyOf(functionName, qualifier));
  return {};
}

export function listFunctionEventInvokeConfigs(
  input: ListFunctionEventInvokeConfigsCommandInput,
  context: Lambda,
): Output<ListFunctionEventInvokeConfigsCommandOutput> {
  const record = functionNamed(context, input.FunctionName);
  const all = [...context.state.eventInvokeConfigs.values()].filter(({ functionName }) => functionName === record.name);
  const { page, NextMarker } = pageOf(all, input, { keyOf: ({ qualifier }) => qualifier ?? '$LATEST', most: 50 });
  return { FunctionEventInvokeConfigs: page.map((config) => wireConfig(context, config)), ...(NextMarker !== undefined && { NextMarker }) };
}
