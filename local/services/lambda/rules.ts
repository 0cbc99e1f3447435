import { NotEmulated } from '../../kernel/errors.ts';
import { invalidParameter, invalidRequestContent, requestTooLarge, validationException } from './errors.ts';
import type { FunctionSettings } from './state.ts';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const PAYLOAD_BYTES_MAX = { RequestResponse: 6_291_456, Event: 1_048_576 } as const;

/** Total size of the environment variables. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_BYTES_MAX = 4096;

const RUNTIME = /^nodejs\d+\.x$/;
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

export function checkFunctionName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw validationException(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]{1,64}`,
    );
  }
}

export function checkSettings(settings: FunctionSettings): void {
  if (!RUNTIME.test(settings.runtime)) throw new NotEmulated(`The runtime ${settings.runtime || '(none)'}`, 'lambda');
  if (!Number.isInteger(settings.timeoutSeconds) || settings.timeoutSeconds < 1 || settings.timeoutSeconds > 900) {
    throw validationException(
      `1 validation error detected: Value '${settings.timeoutSeconds}' at 'timeout' failed to satisfy constraint: Member must have value between 1 and 900`,
    );
  }
  if (!Number.isInteger(settings.memoryMiB) || settings.memoryMiB < 128 || settings.memoryMiB > 10_240) {
    throw validationException(`'MemorySize' value failed to satisfy constraint: Member must have value between 128 and 10240`);
  }
  if (!/^[^\s]+\.[^\s.]+$/.test(settings.handler)) throw invalidParameter(`The handler ${settings.handler} is not <file>.<export>`);
  let bytes = 0;
  for (const [name, value] of Object.entries(settings.environment)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (!VARIABLE.test(name)) throw validationException(`Environment variable name ${name} must satisfy the pattern [a-zA-Z]([a-zA-Z0-9_])+`);
    if (RESERVED.has(name)) {
      throw invalidParameter(
        `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
      );
    }
  }
  if (bytes > ENVIRONMENT_BYTES_MAX) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${bytes} bytes`,
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
