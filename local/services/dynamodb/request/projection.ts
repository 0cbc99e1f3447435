import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { project } from '../../../languages/dynamodb-expression/paths.ts';
import type { Path } from '../../../languages/dynamodb-expression/syntax.ts';
import { invalidParameter } from '../errors.ts';
import { checkFamilies, type ExpressionInput, type ParameterFamilies, readExpressions } from './expressions.ts';

const PROJECTION: ParameterFamilies = { expressions: ['ProjectionExpression'], legacy: ['AttributesToGet'], withValues: [] };

interface ProjectionInput extends ExpressionInput {
  readonly AttributesToGet?: readonly string[] | undefined;
}

/** Reads key and projection of a request for items, in the order in which AWS checks them. */
export function readProjection<Key>(input: ProjectionInput, readKey: () => Key): { readonly key: Key; readonly projection: readonly Path[] | undefined } {
  checkFamilies(input, PROJECTION);
  const key = readKey();
  const attributes = attributesToGet(input.AttributesToGet);
  const { projection } = readExpressions(input);
  return { key, projection: projection ?? attributes };
}

/** The names of `AttributesToGet` as paths. */
export function attributesToGet(names: readonly string[] | undefined): readonly Path[] | undefined {
  if (!names) return undefined;
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw invalidParameter(`Duplicate value in attribute name: ${repeated}`);
  return names.map((name) => [name]);
}

/** The projected part of an item, or the item. */
export function projected(item: Attributes, projection: readonly Path[] | undefined): Attributes {
  return projection ? project(item, projection) : item;
}
