import { type Attributes, type AttributeValue, attributeOf, member, typeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { operandPaths } from '../../../languages/dynamodb-expression/parse-update.ts';
import { resolveElement } from '../../../languages/dynamodb-expression/paths.ts';
import { textSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import type { Condition, Operand, Path, Update } from '../../../languages/dynamodb-expression/syntax.ts';
import { invalidParameter, validation } from '../errors.ts';
import type { KeySchema, TableRecord } from './schema.ts';

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const HASH_KEY_BYTES_MAX = 2048;
const RANGE_KEY_BYTES_MAX = 1024;

const notOfSchema = (): Error => validation('The provided key element does not match the schema');

/** Checks a key: exactly the attributes of the schema, of its types, neither empty nor too large. */
export function checkKey(record: TableRecord, key: Attributes): void {
  const { keySchema, attributeTypes } = record;
  const names = keyNames(keySchema);
  if (Object.keys(key).length !== names.length) throw notOfSchema();
  for (const name of names) {
    const value = attributeOf(key, name);
    if (!value || typeOf(value) !== attributeTypes[name]) throw notOfSchema();
  }
  checkKeyValues(keySchema, key);
}

/** Checks the key of an item that is put. */
export function checkItemKey(record: TableRecord, item: Attributes): void {
  const { keySchema, attributeTypes } = record;
  for (const name of keyNames(keySchema)) {
    const value = attributeOf(item, name);
    if (!value) throw invalidParameter(`Missing the key ${name} in the item`);
    const type = typeOf(value);
    if (type !== attributeTypes[name]) throw invalidParameter(`Type mismatch for key ${name} expected: ${attributeTypes[name]} actual: ${type}`);
  }
  checkKeyValues(keySchema, item);
}

/** The names of a key's attributes, partition key first. */
export function keyNames({ hash, range }: KeySchema): string[] {
  return range === undefined ? [hash] : [hash, range];
}

function checkKeyValues(schema: KeySchema, item: Attributes): void {
  for (const name of keyNames(schema)) {
    const size = scalarSizeBytes(item[name] as AttributeValue);
    if (size === 0) {
      const kind = typeOf(item[name] as AttributeValue) === 'B' ? 'binary' : 'string';
      throw validation(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
      );
    }
    if (name === schema.hash && size > HASH_KEY_BYTES_MAX) {
      throw invalidParameter(`Size of hashkey has exceeded the maximum size limit of${HASH_KEY_BYTES_MAX} bytes`);
    }
    if (name !== schema.hash && size > RANGE_KEY_BYTES_MAX) {
      throw invalidParameter(`Aggregated size of all range keys has exceeded the size limit of ${RANGE_KEY_BYTES_MAX} bytes`);
    }
  }
}

function scalarSizeBytes(value: AttributeValue): number {
  const text = member(value, 'S');
  return text === undefined ? (member(value, 'B')?.length ?? 1) : textSizeBytes(text);
}

/** Checks the attributes of an item that are keys of secondary indexes. */
export function checkIndexKeys({ indexes, attributeTypes }: TableRecord, item: Attributes): void {
  // AWS names a global index first.
  const inOrder = indexes.length > 1 ? [...indexes].sort((a, b) => Number(b.isGlobal) - Number(a.isGlobal)) : indexes;
  for (const { name: index, keySchema } of inOrder) {
    for (const name of keyNames(keySchema)) {
      const value = attributeOf(item, name);
      if (!value) continue;
      const type = typeOf(value);
      if (type !== attributeTypes[name]) {
        throw invalidParameter(`Type mismatch for Index Key ${name} Expected: ${attributeTypes[name]} Actual: ${type} IndexName: ${index}`);
      }
      if (scalarSizeBytes(value) > 0) continue;
      const kind = type === 'B' ? 'binary' : 'string';
      throw validation(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index}, IndexKey: ${name}`,
      );
    }
  }
}

/** Throws where a path looks into a key attribute, which is a scalar. */
export function checkPaths(record: TableRecord, paths: Iterable<Path>, names: Readonly<Record<string, string>>): void {
  for (const path of paths) {
    if (path.length < 2) continue;
    const name = resolveElement(path[0] as string, names) as string;
    const isKey = keyNames(record.keySchema).includes(name);
    if (!isKey && !record.indexes.some(({ keySchema }) => keyNames(keySchema).includes(name))) continue;
    throw validation(`Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${isKey ? 'Key' : 'IndexKey'}: ${name}`);
  }
}

/** Every document path in a condition. */
export function* conditionPaths(node: Condition): Generator<Path> {
  switch (node.kind) {
    case 'and':
    case 'or':
      yield* conditionPaths(node.left);
      yield* conditionPaths(node.right);
      return;
    case 'not':
      yield* conditionPaths(node.inner);
      return;
    default:
      for (const operand of operandsOf(node)) yield* operandPaths(operand);
  }
}

function operandsOf(node: Exclude<Condition, { kind: 'and' | 'or' | 'not' }>): readonly Operand[] {
  switch (node.kind) {
    case 'compare':
      return [node.left, node.right];
    case 'between':
      return [node.operand, node.lower, node.upper];
    case 'in':
      return [node.operand, ...node.list];
    case 'call':
      return node.operands;
  }
}

/** Every document path in an update. */
export function* updatePaths(update: Update): Generator<Path> {
  for (const { path, value } of update.set) {
    yield path;
    yield* operandPaths(value);
  }
  yield* update.remove;
  for (const { path } of update.add) yield path;
  for (const { path } of update.delete) yield path;
}
