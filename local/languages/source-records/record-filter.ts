import { type EventPattern, matches, parsePattern } from '../event-pattern/index.ts';

/** The members of a record that may hold JSON as text: a message's body, a Kinesis record's data. */
export type FilterField = 'body' | 'data';

/**
 * Whether a record passes. A pattern on `field` (`body`, `data`) that is an object looks into the JSON of that text, any other at the text itself; a text
 * that is not what the pattern expects does not pass.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function recordFilter(patterns: readonly string[], field?: FilterField): ((record: Readonly<Record<string, unknown>>) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  const compiled = patterns.map((text) => ({
    pattern: parsePattern(text),
    looksInside: field !== undefined && isObject((JSON.parse(text) as Record<string, unknown>)[field]),
  }));
  return (record) => compiled.some((one) => passes(one, record, field));
}

function passes(one: { pattern: EventPattern; looksInside: boolean }, record: Readonly<Record<string, unknown>>, field: FilterField | undefined): boolean {
  if (!one.looksInside || field === undefined) return matches(one.pattern, record);
  const inner = parsed(record[field]);
  return isObject(inner) && matches(one.pattern, { ...record, [field]: inner });
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return undefined; // no JSON: a pattern that looks inside does not match it
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
