import { isObject, type Json } from '../json.ts';
import { PathNotFound } from './path-not-found.ts';
import type { PathFunction } from './syntax.ts';

/**
 * Applies the function at the end of a path, `$.list.length()`.
 *
 * @throws PathNotFound where the value has none: the sum of a text.
 */
export function applyFunction(name: PathFunction, value: Json): Json {
  switch (name) {
    case 'length':
    case 'size':
      return lengthOf(value);
    case 'keys':
      return isObject(value) ? Object.keys(value) : [];
    case 'first':
      return itemOf(name, value, 0);
    case 'last':
      return itemOf(name, value, -1);
    default:
      return aggregate(name, value);
  }
}

function lengthOf(value: Json): Json {
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  return isObject(value) ? Object.keys(value).length : null;
}

function itemOf(name: PathFunction, value: Json, index: number): Json {
  const item = Array.isArray(value) ? value.at(index) : undefined;
  if (item === undefined) throw new PathNotFound(`Aggregation function attempted to calculate value using empty array: ${name}`);
  return item;
}

function aggregate(name: 'min' | 'max' | 'avg' | 'sum' | 'stddev', value: Json): number {
  const numbers = Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
  if (numbers.length === 0) throw new PathNotFound('Aggregation function attempted to calculate value using empty array');
  const sum = numbers.reduce((total, item) => total + item, 0);
  const average = sum / numbers.length;
  switch (name) {
    case 'min':
      return numbers.reduce((least, item) => Math.min(least, item));
    case 'max':
      return numbers.reduce((most, item) => Math.max(most, item));
    case 'sum':
      return sum;
    case 'avg':
      return average;
    case 'stddev':
      return Math.sqrt(numbers.reduce((total, item) => total + (item - average) ** 2, 0) / numbers.length);
  }
}
