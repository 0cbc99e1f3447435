import type { Json, JsonObject, Ports, Scope, Variables } from '../../../../local/languages/states/index.ts';
import { NO_VARIABLES, StatesError } from '../../../../local/languages/states/index.ts';

/** Time, chance and names that are the same in each test. */
export const PORTS: Ports = { nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5), random: () => 0.5, uuid: () => '11111111-2222-4333-8444-555555555555' };

/** What a state is evaluated in. */
export function scopeOf(input: Json, options: { readonly context?: JsonObject; readonly variables?: Variables; readonly ports?: Partial<Ports> } = {}): Scope {
  return { input, context: options.context ?? {}, variables: options.variables ?? NO_VARIABLES, ports: { ...PORTS, ...options.ports } };
}

/** The error that a call throws, as `name: cause`. */
export async function errorOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof StatesError) return `${error.error}: ${error.cause}`;
    throw error;
  }
  return 'no error';
}

/** One state of a definition, with its query language filled in. */
export function stateOf<T>(fields: object): T {
  return { QueryLanguage: 'JSONPath', ...fields } as T;
}
