import { type FlatEvent, flattenText, PatternError } from '../../../languages/event-pattern/index.ts';
import { type FilterPolicy, passesFilter } from '../subscription/filter-policy.ts';
import { bodyFor, type Message, type MessageAttributes } from './message.ts';

/** Why a message does not pass a filter; the ends of metric names. */
export type FilteredOut = 'MessageAttributes' | 'NoMessageAttributes' | 'InvalidAttributes' | 'MessageBody' | 'InvalidMessageBody';

type Scalar = string | number | boolean | null;

/** Looks at one message on behalf of many subscriptions: what was read of it once is kept. */
export class FilterView {
  readonly #message: Message;
  #attributes: FlatEvent | 'invalid' | undefined;
  readonly #bodies = new Map<string, FlatEvent | 'invalid'>();

  constructor(message: Message) {
    this.#message = message;
  }

  /** Why the message does not pass, or nothing where it does. */
  refusal(filter: FilterPolicy, protocol: string): FilteredOut | undefined {
    if (filter.scope === 'MessageBody') {
      const body = this.#body(protocol);
      if (body === 'invalid') return 'InvalidMessageBody';
      return passesFilter(filter, body) ? undefined : 'MessageBody';
    }
    this.#attributes ??= flattenAttributes(this.#message.attributes);
    if (this.#attributes === 'invalid') return 'InvalidAttributes';
    if (passesFilter(filter, this.#attributes)) return undefined;
    return this.#message.attributes ? 'MessageAttributes' : 'NoMessageAttributes';
  }

  #body(protocol: string): FlatEvent | 'invalid' {
    const text = bodyFor(this.#message, protocol);
    const known = this.#bodies.get(text);
    if (known) return known;
    const body = flattenBody(text);
    this.#bodies.set(text, body);
    return body;
  }
}

/** A body that is no JSON object passes no filter. @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html */
function flattenBody(text: string): FlatEvent | 'invalid' {
  if (!/^\s*\{/.test(text)) return 'invalid';
  try {
    return flattenText(text);
  } catch (error) {
    if (error instanceof PatternError) return 'invalid';
    throw error;
  }
}

/** Attributes as fields: a `String.Array` has several values, `Binary` is not looked at. @see https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
function flattenAttributes(attributes: MessageAttributes | undefined): FlatEvent | 'invalid' {
  const fields = new Map<string, { leaves: Scalar[]; places: undefined }>();
  for (const [name, { DataType: type, StringValue: text = '' }] of Object.entries(attributes ?? {})) {
    if (type.startsWith('Binary')) continue;
    const leaves = leavesOf(type, text);
    if (!leaves) return 'invalid';
    fields.set(name, { leaves, places: undefined });
  }
  return fields;
}

function leavesOf(type: string, text: string): Scalar[] | undefined {
  if (type === 'String.Array') return arrayLeaves(text);
  return type === 'Number' || type.startsWith('Number.') ? [Number(text)] : [text];
}

function arrayLeaves(text: string): Scalar[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const values: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const isScalar = (value: unknown): value is Scalar => value === null || typeof value !== 'object';
  return values.every(isScalar) ? values : undefined;
}
