import { isSameJson, type Json } from '../json.ts';
import { IntrinsicFailure, integerArgument, listArgument } from './failure.ts';

/**
 * The most items of a range.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
const RANGE_ITEMS_MAX = 1000;

/** A list cut into lists of a size; the last may be shorter. */
export function arrayPartition(list: Json, size: Json): Json {
  const items = listArgument(list, 'States.ArrayPartition');
  const chunk = integerArgument(size, 'States.ArrayPartition');
  if (chunk < 1) throw new IntrinsicFailure('Invalid arguments in States.ArrayPartition: the chunk size must be a non-zero, positive integer');
  const parts: Json[] = [];
  for (let from = 0; from < items.length; from += chunk) parts.push(items.slice(from, from + chunk));
  return parts;
}

/** Whether a list has a value. */
export function arrayContains(list: Json, value: Json): boolean {
  return listArgument(list, 'States.ArrayContains').some((item) => isSameJson(item, value));
}

/** The numbers from the first to the last, both included where the step meets them. */
export function arrayRange(first: Json, last: Json, step: Json): Json {
  const [from, to, by] = [first, last, step].map((value) => integerArgument(value, 'States.ArrayRange')) as [number, number, number];
  if (by === 0) throw new IntrinsicFailure('Invalid arguments in States.ArrayRange: the step must not be zero');
  if (Math.floor((to - from) / by) + 1 > RANGE_ITEMS_MAX) {
    throw new IntrinsicFailure(`Invalid arguments in States.ArrayRange: the array must not have more than ${RANGE_ITEMS_MAX} items`);
  }
  const numbers: number[] = [];
  for (let number = from; by > 0 ? number <= to : number >= to; number += by) numbers.push(number);
  return numbers;
}

/** The item at an index that begins at 0. */
export function arrayGetItem(list: Json, index: Json): Json {
  const items = listArgument(list, 'States.ArrayGetItem');
  const item = items[integerArgument(index, 'States.ArrayGetItem')];
  if (item === undefined) throw new IntrinsicFailure('Invalid arguments in States.ArrayGetItem: the index is out of bounds');
  return item;
}

/** The number of items. */
export function arrayLength(list: Json): number {
  return listArgument(list, 'States.ArrayLength').length;
}

/** The list without what it has already had, in order. */
export function arrayUnique(list: Json): Json {
  const seen = new Set<Json>();
  const unique: Json[] = [];
  for (const item of listArgument(list, 'States.ArrayUnique')) {
    const isKnown = typeof item === 'object' ? unique.some((one) => isSameJson(one, item)) : seen.has(item);
    if (isKnown) continue;
    seen.add(item);
    unique.push(item);
  }
  return unique;
}
