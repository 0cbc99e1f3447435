import { readdirSync, readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import type { FunctionHandlers } from './trace/functions.ts';
import type { Expectation, Step, Trace, TraceResource } from './trace/trace.ts';

const FOLDER = new URL('./handlers/', import.meta.url);

/** The handlers in JavaScript, by the name of the recorded file: it has underscores where ours has hyphens, and one in Python ends in `.py`. */
export function lambdaHandlers(): FunctionHandlers {
  const handlers = new Map<string, string>();
  for (const file of readdirSync(FOLDER)) {
    const source = readFileSync(new URL(file, FOLDER), 'utf8');
    const name = file.replaceAll('-', '_');
    handlers.set(name, source);
    handlers.set(name.replace(/\.js$/, '.py'), source);
  }
  return handlers;
}

/** Runtimes of the recorded functions, and those of Node that stand for them here, one for each. */
const RUNTIMES: Readonly<Record<string, string>> = {
  'python3.9': 'nodejs16.x',
  'python3.10': 'nodejs18.x',
  'python3.11': 'nodejs20.x',
  'python3.12': 'nodejs22.x',
  'python3.13': 'nodejs24.x',
};

/** Members under which a runtime stands. */
const isRuntime = (name: string): boolean => name === 'Runtime';

/** An archive's size stands in its place. What is too small to be one is none; else the code answers the event, and tells sizes apart. */
function archiveOf(sizeBytes: number): { readonly $base64: string } {
  if (sizeBytes < 64) return { $base64: Buffer.from('no archive').toString('base64') };
  if (sizeBytes > 50_000_000) return { $base64: Buffer.alloc(sizeBytes).toString('base64') };
  const source = Buffer.from(`// ${sizeBytes}\nexports.handler = async (event) => event;`);
  const files = { 'handler.js': source, 'index.js': source };
  return { $base64: Buffer.from(zipSync(files, { mtime: new Date(2026, 0, 1) })).toString('base64') };
}

/** Python's runtimes become Node's, archives are supplied. */
function requested(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => requested(item, name));
  if (typeof value === 'string') return isRuntime(name) ? (RUNTIMES[value] ?? value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if ('$omittedZip' in value) return archiveOf(Number(value.$omittedZip));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, requested(member, key)]));
}

/** An error of validation was taken apart by the test that recorded it: it is put together again. */
function messageOf({ Code, Count, Errors }: { readonly Code: unknown; readonly Count: unknown; readonly Errors: readonly string[] }): object {
  return { Code, Message: `${Count} validation error${Count === 1 ? '' : 's'} detected: ${Errors.join('; ')}` };
}

interface PythonError {
  readonly errorMessage: string;
  readonly errorType: string;
  readonly stackTrace: unknown;
}

const isPythonError = (value: object): value is PythonError => 'errorMessage' in value && 'errorType' in value && 'stackTrace' in value;

/** What a runtime makes of an error that was thrown is the runtime's own: an `Exception` of Python is an `Error` of Node, its stack a `trace`. */
function nodeErrorOf({ errorMessage, errorType }: PythonError): object {
  return { errorMessage, errorType: errorType === 'Exception' ? 'Error' : errorType, trace: '<trace>' };
}

/** Boto reads a body that is not there as empty text, the SDK as nothing. */
const withoutPayload = (answer: object): object => ({ ...answer, Payload: null });

/** Times were replaced by one that has their form. */
const TIME = /^<timestamp:\d{4}-[^>]*>$/;

/** Words that stand for any URL of a function: the tests did not agree on one. */
const ANY_URL = /^lambda-url$/;

function recordedText(text: string, name: string): string {
  if (isRuntime(name)) return RUNTIMES[text] ?? text;
  return name === 'FunctionUrl' ? text.replace(ANY_URL, 'function-url') : text.replace(TIME, '<timestamp>');
}

function recorded(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return recordedText(value, name);
  if (typeof value !== 'object' || value === null) return value;
  // Of the account's limits the test kept the names.
  if (Array.isArray(value) && /^Account(Limit|Usage)$/.test(name)) return Object.fromEntries(value.map((key) => [key, `<${name}>`]));
  if (Array.isArray(value)) return value.map((item) => recorded(item, name));
  if (isPythonError(value)) return nodeErrorOf(value);
  if ('StatusCode' in value && 'Payload' in value && value.Payload === '') return recorded(withoutPayload(value));
  if ('Count' in value && 'Errors' in value && 'Code' in value) return messageOf(value as unknown as Parameters<typeof messageOf>[0]);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, recorded(member, key)]));
}

/** What was recorded when a function was made before the first step: its settings, which no step has. */
function creationOf({ recorded: value }: Expectation): Record<string, unknown> | undefined {
  return (value as { CreateFunctionResponse?: Record<string, unknown> } | null)?.CreateFunctionResponse;
}

function withSettings(resource: TraceResource, created: Record<string, unknown> | undefined): TraceResource {
  const runtime = RUNTIMES[resource.runtime ?? ''] ?? resource.runtime ?? null;
  if (!created) return { ...resource, runtime };
  const { Timeout, MemorySize, LoggingConfig } = created;
  const { LogGroup: _, ...logging } = LoggingConfig as Record<string, unknown>;
  return { ...resource, runtime, extra: { ...resource.extra, settings: { Timeout, MemorySize, LoggingConfig: logging } } };
}

/** Requests after which a function runs, or may. */
const RUNS = /^(invoke|create_event_source_mapping|post|get|put_targets|subscribe|put_bucket_notification_configuration)$/;

/** A function whose code was not recorded has some where nothing in the trace runs it, and the handler that the answers show. */
function withCode(resource: TraceResource, { steps, expect }: Trace): TraceResource {
  const isUnknown = resource.type === 'lambda' && (typeof resource.handlerFile !== 'string' || resource.handlerFile === 'inline');
  if (!isUnknown || steps.some(({ op }) => RUNS.test(op))) return resource;
  const handler = /"Handler":"([^"]+)"/.exec(JSON.stringify(expect))?.[1];
  const settings = { ...resource.extra?.settings, ...(handler !== undefined && { Handler: handler }) };
  return { ...resource, handlerFile: 'lambda_none.js', extra: { ...resource.extra, settings } };
}

/** What boto refused by itself never came to AWS. */
const isOfBoto = ({ recorded: value }: Expectation): boolean => typeof value === 'string' && value.startsWith('Parameter validation failed:');

/** Boto uploads a file object, which the trace does not have: an archive of its own for each. */
function uploaded(step: Step): Step {
  if (step.service !== 's3' || step.op !== 'upload_fileobj') return step;
  const { Bucket, Key } = step.params;
  return { ...step, op: 'put_object', params: { Bucket, Key, Body: archiveOf(1000 + step.n) } };
}

/** Of the answer to a receive a test may have kept the first message, or its body. */
function received(expectation: Expectation, { steps }: Trace): Expectation {
  const { response, recorded: value, ...rest } = expectation;
  const isReceive = steps.some(({ n, op }) => n === response && op === 'receive_message');
  if (!isReceive || typeof value !== 'object' || value === null || 'ResponseMetadata' in value) return expectation;
  const path = 'MessageId' in value && 'ReceiptHandle' in value ? 'Messages.0' : 'Messages.0.Body|json';
  return { ...rest, recorded: value, composed: `\${${response}:${path}}` };
}

/**
 * A trace of Lambda as it can be played here: functions in Python are functions in JavaScript on a runtime of Node that stands for the recorded one,
 * and what AWS answered when they were made says with which settings.
 */
export function adaptLambdaTrace(trace: Trace): Trace {
  const creations = trace.expect.map(creationOf).filter((created) => created !== undefined);
  return {
    ...trace,
    resources: trace.resources.map((resource, index) => withCode(withSettings(resource, creations[index]), trace)),
    steps: trace.steps.map(uploaded).map((step) => (step.service === 'lambda' ? { ...step, params: requested(step.params) as typeof step.params } : step)),
    expect: trace.expect
      .filter((expectation) => creationOf(expectation) === undefined && !isOfBoto(expectation))
      .map((expectation) => received({ ...expectation, recorded: recorded(expectation.recorded) }, trace)),
  };
}
