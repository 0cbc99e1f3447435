import type { InvocationResult } from '../../../kernel/function-runner.ts';
import { hasFailed } from '../invocation.ts';

/** What is known of why records failed: by the function as a whole, or by record. */
export interface FailureAccount {
  readonly error?: string;
  /** By message id; only records of which the log says something. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** Characters kept of an error: the whole of it is in the log. */
const LENGTH_MAX = 300;

const account = (name: unknown, message: unknown): string => `${String(name)}: ${String(message)}`.slice(0, LENGTH_MAX);

/**
 * Why records failed. A batch response names them only, so that the cause of each is what the function's structured log says beside its id: a line of JSON with an `error`, as
 * Powertools writes it, the last one where there are several.
 */
export function accountOf(result: InvocationResult, failed: ReadonlySet<string>): FailureAccount {
  if (hasFailed(result)) {
    const { errorType, errorMessage } = JSON.parse(result.payload) as { errorType?: string; errorMessage?: string };
    return { error: account(errorType ?? result.outcome, errorMessage ?? '') };
  }
  const errors: Record<string, string> = {};
  for (const { text } of result.logs) {
    if (!text.includes('"error":{')) continue;
    const { messageId, error } = lineOf(text);
    if (typeof messageId === 'string' && failed.has(messageId) && error) errors[messageId] = account(error.name, error.message);
  }
  return Object.keys(errors).length === 0 ? {} : { errors };
}

function lineOf(text: string): { readonly messageId?: unknown; readonly error?: { readonly name?: unknown; readonly message?: unknown } } {
  try {
    // With the text format of logs the runtime writes time, request and level in front.
    return JSON.parse(text.slice(text.indexOf('{'))) as object;
  } catch {
    // A line that only looks like JSON says nothing to us.
    return {};
  }
}
