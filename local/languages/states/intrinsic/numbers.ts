import type { Json } from '../json.ts';
import { IntrinsicFailure, integerArgument } from './failure.ts';

/** The sum of two numbers, each rounded first. */
export function mathAdd(left: Json, right: Json): number {
  return integerArgument(left, 'States.MathAdd') + integerArgument(right, 'States.MathAdd');
}

/** A whole number from the first up to and without the last; a seed makes it the same each time. */
export function mathRandom(first: Json, last: Json, seed: Json | undefined, random: () => number): number {
  const from = integerArgument(first, 'States.MathRandom');
  const to = integerArgument(last, 'States.MathRandom');
  if (to <= from) throw new IntrinsicFailure('Invalid arguments in States.MathRandom: the end number must be greater than the start number');
  const chance = seed === undefined ? random() : seededRandom(integerArgument(seed, 'States.MathRandom'));
  return from + Math.floor(chance * (to - from));
}

/**
 * The number from 0 up to and without 1 that belongs to a seed.
 *
 * Differs from AWS: the numbers of a seed are not those of the service, whose generator is not documented; they are the same in every run, as there.
 */
export function seededRandom(seed: number): number {
  let state = (Math.trunc(seed) ^ Math.trunc(seed / 0x1_0000_0000) ^ 0x9e37_79b9) >>> 0;
  state = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b) >>> 0;
  state = Math.imul(state ^ (state >>> 13), 0xc2b2_ae35) >>> 0;
  return ((state ^ (state >>> 16)) >>> 0) / 0x1_0000_0000;
}
