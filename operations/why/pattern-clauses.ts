import { type EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import type { FailedClause } from './explanation.ts';

type Json = Readonly<Record<string, unknown>>;

interface Clause {
  readonly path: readonly string[];
  readonly expected: unknown;
}

/**
 * The clauses of a pattern that an event does not satisfy; none where it matches. EventBridge itself judges each clause (`TestEventPattern`), so that the answer is the same as the
 * rule's, on AWS and here. A pattern is a conjunction of its clauses; a `$or` counts as one.
 */
export async function failedClauses(eventbridge: EventBridgeClient, pattern: string, event: Json): Promise<FailedClause[]> {
  const text = JSON.stringify(event);
  const matches = async (part: unknown): Promise<boolean> =>
    (await eventbridge.send(new TestEventPatternCommand({ EventPattern: typeof part === 'string' ? part : JSON.stringify(part), Event: text }))).Result ===
    true;
  if (await matches(pattern)) return [];
  const clauses = clausesOf(JSON.parse(pattern) as Json);
  const results = await Promise.all(clauses.map(({ path, expected }) => matches(nested(path, expected))));
  const failed = clauses.filter((_, index) => !results[index]).map(({ path, expected }) => ({ field: path.join('.'), expected, found: valueAt(event, path) }));
  // Clauses over one array hold each for itself and not together: then no single one is to blame.
  return failed.length > 0 ? failed : [{ field: '(together)', expected: JSON.parse(pattern), found: undefined }];
}

function clausesOf(pattern: Json): Clause[] {
  const clauses: Clause[] = [];
  const waiting: { readonly path: readonly string[]; readonly part: Json }[] = [{ path: [], part: pattern }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const [name, value] of Object.entries(next.part)) {
      const path = [...next.path, name];
      if (Array.isArray(value) || typeof value !== 'object' || value === null) clauses.push({ path, expected: value });
      else waiting.push({ path, part: value as Json });
    }
  }
  return clauses.sort((a, b) => a.path.join('.').localeCompare(b.path.join('.')));
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, name) => ({ [name]: inner }), value);
}

function valueAt(event: unknown, path: readonly string[]): unknown {
  let value = event;
  for (const name of path) {
    if (name === '$or') return value;
    if (Array.isArray(value)) value = value.map((element) => (element as Json | null)?.[name]);
    else value = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
  }
  return value;
}
