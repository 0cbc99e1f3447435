import type { ItemBatcher, ItemReader, MapState, ResultWriter, StateBase, TaskState } from '../definition/model.ts';
import { runtimeError, type StatesError } from '../errors.ts';
import type { Awaitable, Json } from '../json.ts';
import { findPath } from '../json-path/resolve.ts';
import { evaluateJsonata, evaluateTyped, queryError } from '../jsonata/evaluate.ts';
import type { Scope } from '../scope.ts';
import { evaluateTemplate } from '../template.ts';
import { afterInputPath } from './output.ts';

/** How long a task may take and as whom it is done. */
export interface TaskSettings {
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly credentials?: Json;
}

/** How a `Map` goes about its items. `maxConcurrency` is 0 where it has no bound. */
export interface MapSettings {
  readonly maxConcurrency: number;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  readonly maxItems?: number;
  readonly maxItemsPerBatch?: number;
  readonly maxInputBytesPerBatch?: number;
  readonly batchInput?: Json;
}

/**
 * The settings of a task.
 *
 * @see https://states-language.net/spec.html#task-state
 */
export async function taskSettingsOf(state: TaskState, scope: Scope): Promise<TaskSettings> {
  const inner = effective(state, scope);
  const timeoutSeconds = await numberOf(state, 'TimeoutSeconds', state.TimeoutSeconds, state.TimeoutSecondsPath, inner);
  const heartbeatSeconds = await numberOf(state, 'HeartbeatSeconds', state.HeartbeatSeconds, state.HeartbeatSecondsPath, inner);
  for (const [field, value] of Object.entries({ TimeoutSeconds: timeoutSeconds, HeartbeatSeconds: heartbeatSeconds })) {
    if (value !== undefined && value <= 0) throw failed(state, `${field} must be positive.`, field);
  }
  const credentials = state.Credentials === undefined ? undefined : await template(state, 'Credentials', state.Credentials, inner);
  return {
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** The settings of a `Map`. */
export async function mapSettingsOf(state: MapState, scope: Scope): Promise<MapSettings> {
  const inner = effective(state, scope);
  const maxConcurrency = (await numberOf(state, 'MaxConcurrency', state.MaxConcurrency, state.MaxConcurrencyPath, inner)) ?? 0;
  if (maxConcurrency < 0) throw failed(state, 'MaxConcurrency cannot be negative.', 'MaxConcurrency');
  const count = await numberOf(state, 'ToleratedFailureCount', state.ToleratedFailureCount, state.ToleratedFailureCountPath, inner);
  if (count !== undefined && count < 0) throw failed(state, 'ToleratedFailureCount cannot be negative.', 'ToleratedFailureCount');
  const percentage = await numberOf(
    state,
    'ToleratedFailurePercentage',
    state.ToleratedFailurePercentage,
    state.ToleratedFailurePercentagePath,
    inner,
    'float',
  );
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw failed(state, 'ToleratedFailurePercentage must be between 0 and 100.', 'ToleratedFailurePercentage');
  }
  const reader = state.ItemReader?.ReaderConfig;
  const maxItems = await numberOf(state, 'MaxItems', reader?.MaxItems, reader?.MaxItemsPath, inner);
  return {
    maxConcurrency,
    ...(count === undefined ? {} : { toleratedFailureCount: count }),
    ...(percentage === undefined ? {} : { toleratedFailurePercentage: percentage }),
    ...(maxItems === undefined ? {} : { maxItems }),
    ...(state.ItemBatcher === undefined ? {} : await batchSettingsOf(state, state.ItemBatcher, inner)),
  };
}

async function batchSettingsOf(state: MapState, batcher: ItemBatcher, scope: Scope): Promise<Partial<MapSettings>> {
  const items = await numberOf(state, 'MaxItemsPerBatch', batcher.MaxItemsPerBatch, batcher.MaxItemsPerBatchPath, scope);
  const bytes = await numberOf(state, 'MaxInputBytesPerBatch', batcher.MaxInputBytesPerBatch, batcher.MaxInputBytesPerBatchPath, scope);
  const batchInput = batcher.BatchInput === undefined ? undefined : await template(state, 'ItemBatcher/BatchInput', batcher.BatchInput, scope);
  return {
    ...(items === undefined ? {} : { maxItemsPerBatch: items }),
    ...(bytes === undefined ? {} : { maxInputBytesPerBatch: bytes }),
    ...(batchInput === undefined ? {} : { batchInput }),
  };
}

/** What the reader of a distributed `Map` is called with. */
export function readerArgumentsOf(state: MapState, scope: Scope): Awaitable<Json> {
  return argumentsOf(state, 'ItemReader', state.ItemReader, scope);
}

/** What the writer of a distributed `Map` is called with. */
export function writerArgumentsOf(state: MapState, scope: Scope): Awaitable<Json> {
  return argumentsOf(state, 'ResultWriter', state.ResultWriter, scope);
}

function argumentsOf(state: MapState, field: string, owner: ItemReader | ResultWriter | undefined, scope: Scope): Awaitable<Json> {
  const isJsonata = state.QueryLanguage === 'JSONata';
  const value = isJsonata ? owner?.Arguments : owner?.Parameters;
  return value === undefined ? {} : template(state, `${field}/${isJsonata ? 'Arguments' : 'Parameters'}`, value, effective(state, scope));
}

function effective(state: StateBase, scope: Scope): Scope {
  return state.QueryLanguage === 'JSONata' ? scope : { ...scope, input: afterInputPath(state, scope) };
}

function template(state: StateBase, field: string, value: Json, scope: Scope): Awaitable<Json> {
  return state.QueryLanguage === 'JSONata' ? evaluateJsonata(value, field, scope) : evaluateTemplate(value, scope, 'States.ParameterPathFailure');
}

/** A number that is given, computed or at a path; undefined where the field is absent. */
async function numberOf(
  state: StateBase,
  field: string,
  value: number | string | undefined,
  path: string | undefined,
  scope: Scope,
  kind: 'integer' | 'float' = 'integer',
): Promise<number | undefined> {
  if (path !== undefined) return numberAt(`${field}Path`, path, scope, kind);
  if (typeof value !== 'string') return value;
  const answer = (await evaluateTyped(value, field, 'number', scope)) as number;
  if (kind === 'integer' && !Number.isInteger(answer)) throw failed(state, `The ${field} field must be an integer but was: ${JSON.stringify(answer)}`, field);
  return answer;
}

function numberAt(field: string, path: string, scope: Scope, kind: 'integer' | 'float'): number {
  const value = findPath(path, scope);
  if (value === undefined) throw runtimeError(`The ${field} field refers to a value that does not exist: ${path}`);
  // Texts of numbers are taken as the numbers they print.
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  const isNumber = kind === 'integer' ? /^[+-]?\d+$/.test(text) : text.trim() !== '' && Number.isFinite(Number(text));
  if (isNumber) return Number(text);
  const printed = typeof value === 'string' ? value : JSON.stringify(value);
  throw runtimeError(`The ${field} field refers to value "${printed}" which is not a valid ${kind}: ${path}`);
}

function failed(state: StateBase, cause: string, field: string): StatesError {
  return state.QueryLanguage === 'JSONata' ? queryError(cause, field) : runtimeError(cause);
}
