import { NotEmulated } from '../../kernel/errors.ts';
import { invalidParameter, invalidRequestContent, requestTooLarge, runtimeRetired, runtimeUnknown, validationException } from './errors.ts';
import type { FunctionSettings } from './records.ts';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const PAYLOAD_BYTES_MAX = { RequestResponse: 6_291_456, Event: 1_048_576 } as const;

/** Total size of the environment variables. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_BYTES_MAX = 4096;

/** Runtimes that run here, all on the Node.js of this machine. @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RUNTIMES = ['nodejs16.x', 'nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const;

/** What AWS offers besides, in the order in which its message lists all of them. */
const RUNTIMES_OF_AWS = [
  'nodejs20.x',
  'python3.14',
  'provided.al2023',
  'python3.12',
  'python3.13',
  'nodejs24.x',
  'nodejs22.x',
  'java25',
  'python3.10',
  'python3.11',
  'java21',
  'ruby3.3',
  'ruby3.4',
  'ruby3.2',
  'python3.8',
  'python3.9',
  'java17',
  'nodejs16.x',
  'dotnet10',
  'dotnet8',
  'java11',
  'dotnet6',
  'nodejs18.x',
  'provided.al2',
  'java8.al2',
];

/** Runtimes that AWS has retired: functions with them are neither made nor changed. */
const RETIRED = new Set([
  'dotnetcore1.0',
  'dotnetcore2.0',
  'dotnetcore2.1',
  'dotnetcore3.1',
  'go1.x',
  'java8',
  'nodejs',
  'nodejs4.3',
  'nodejs4.3-edge',
  'nodejs6.10',
  'nodejs8.10',
  'nodejs10.x',
  'nodejs12.x',
  'nodejs14.x',
  'provided',
  'python2.7',
  'python3.6',
  'python3.7',
  'ruby2.5',
  'ruby2.7',
]);

function checkRuntime(runtime: string): void {
  if ((RUNTIMES as readonly string[]).includes(runtime)) return;
  if (RETIRED.has(runtime)) throw runtimeRetired(runtime);
  if (runtime !== '' && !RUNTIMES_OF_AWS.includes(runtime)) throw runtimeUnknown(runtime, RUNTIMES_OF_AWS);
  throw new NotEmulated(`The runtime ${runtime || '(none)'} (those that run: ${RUNTIMES.join(', ')})`, 'lambda');
}

const VARIABLE = /^[a-zA-Z][a-zA-Z0-9_]+$/;

/** Variables that Lambda sets itself. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

/** The name alone, without the ARN around it. `wire/` has checked its characters. */
export function checkFunctionName(name: string): void {
  if (name.length > 64) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    );
  }
}

export function checkSettings(settings: FunctionSettings): void {
  checkRuntime(settings.runtime);
  if (!Number.isInteger(settings.timeoutSeconds) || settings.timeoutSeconds < 1 || settings.timeoutSeconds > 900) {
    throw validationException(
      `1 validation error detected: Value '${settings.timeoutSeconds}' at 'timeout' failed to satisfy constraint: Member must have value between 1 and 900`,
    );
  }
  if (!Number.isInteger(settings.memoryMiB) || settings.memoryMiB < 128 || settings.memoryMiB > 10_240) {
    throw validationException(`'MemorySize' value failed to satisfy constraint: Member must have value between 128 and 10240`);
  }
  if (!/^[^\s]+\.[^\s.]+$/.test(settings.handler)) throw invalidParameter(`The handler ${settings.handler} is not <file>.<export>`);
  checkEnvironment(settings.environment ?? {});
}

function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(environment)) {
    if (!VARIABLE.test(name)) throw validationException(`Environment variable name ${name} must satisfy the pattern [a-zA-Z]([a-zA-Z0-9_])+`);
    if (RESERVED.has(name)) {
      throw invalidParameter(
        `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
      );
    }
  }
  const text = JSON.stringify(environment);
  if (Buffer.byteLength(text) > ENVIRONMENT_BYTES_MAX) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
  }
}

/** The event of an invocation as text; no payload is an empty object. */
export function checkPayload(payload: Uint8Array | string | undefined, type: keyof typeof PAYLOAD_BYTES_MAX): string {
  if (payload === undefined || payload.length === 0) return '{}';
  const text = typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  const bytes = typeof payload === 'string' ? Buffer.byteLength(text) : payload.byteLength;
  if (bytes > PAYLOAD_BYTES_MAX[type]) throw requestTooLarge(bytes, PAYLOAD_BYTES_MAX[type]);
  try {
    JSON.parse(text);
  } catch (error) {
    throw invalidRequestContent((error as Error).message);
  }
  return text;
}
