import { type Attributes, attributeOf, member } from '../../../languages/dynamodb-expression/attribute-value.ts';

/** Items that are due are looked for once a minute at most. */
const BUCKET_SECONDS = 60;

/** Items whose time is longer past than this are never deleted. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html */
const AGE_SECONDS_MAX = 5 * 365 * 24 * 3600;

/** When an item expires, in seconds since the epoch; `undefined` where it does not. */
function expiresAtSeconds(item: Attributes, attribute: string): number | undefined {
  const value = attributeOf(item, attribute);
  const seconds = value && member(value, 'N');
  return seconds === undefined ? undefined : Number(seconds);
}

/** Says whether an item is to be deleted. */
export function isExpired(item: Attributes, attribute: string, nowMs: number): boolean {
  const seconds = expiresAtSeconds(item, attribute);
  return seconds !== undefined && seconds * 1000 <= nowMs && seconds >= nowMs / 1000 - AGE_SECONDS_MAX;
}

/** Keys of items by the minute in which they expire. */
export class ExpiryQueue {
  readonly attribute: string;
  readonly #keys = new Map<number, Set<string>>();
  /** The minutes that have keys, ascending. */
  readonly #minutes: number[] = [];

  constructor(attribute: string) {
    this.attribute = attribute;
  }

  /** Follows a change of an item. */
  apply(key: string, old: Attributes | undefined, next: Attributes | undefined): void {
    const from = old && this.#minuteOf(old);
    const to = next && this.#minuteOf(next);
    if (from === to) return;
    if (from !== undefined) this.#drop(from, key);
    if (to !== undefined) this.#add(to, key);
  }

  /** When the next items are due: the end of their minute, so that all of them are. */
  nextDueMs(): number | undefined {
    const minute = this.#minutes[0];
    return minute === undefined ? undefined : (minute + 1) * BUCKET_SECONDS * 1000;
  }

  /** Keys of the items whose minute is past. */
  due(nowMs: number): string[] {
    const keys: string[] = [];
    for (const minute of this.#minutes) {
      if ((minute + 1) * BUCKET_SECONDS * 1000 > nowMs) break;
      keys.push(...(this.#keys.get(minute) ?? []));
    }
    return keys;
  }

  /** Forgets minutes that are past: what is left in them will never be deleted. */
  forgetBefore(nowMs: number): void {
    while (this.#minutes[0] !== undefined && (this.#minutes[0] + 1) * BUCKET_SECONDS * 1000 <= nowMs) {
      this.#keys.delete(this.#minutes.shift() as number);
    }
  }

  #minuteOf(item: Attributes): number | undefined {
    const seconds = expiresAtSeconds(item, this.attribute);
    return seconds === undefined ? undefined : Math.floor(seconds / BUCKET_SECONDS);
  }

  #add(minute: number, key: string): void {
    const keys = this.#keys.get(minute);
    if (keys) {
      keys.add(key);
      return;
    }
    this.#keys.set(minute, new Set([key]));
    let index = this.#minutes.length;
    while (index > 0 && (this.#minutes[index - 1] as number) > minute) index -= 1;
    this.#minutes.splice(index, 0, minute);
  }

  #drop(minute: number, key: string): void {
    const keys = this.#keys.get(minute);
    if (!keys?.delete(key) || keys.size > 0) return;
    this.#keys.delete(minute);
    this.#minutes.splice(this.#minutes.indexOf(minute), 1);
  }
}
