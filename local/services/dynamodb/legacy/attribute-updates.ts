import { type AttributeValue, typeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import type { RawValue } from '../../../languages/dynamodb-expression/canonical-value.ts';
import type { Operand, Path, Update } from '../../../languages/dynamodb-expression/syntax.ts';
import { invalidParameter } from '../errors.ts';
import type { BoundUpdate } from '../request/expressions.ts';
import { readValue } from '../request/values.ts';

/** An element of `AttributeUpdates`. */
export interface RawAttributeUpdate {
  readonly Action?: string | undefined;
  readonly Value?: RawValue | undefined;
}

const SETS = ['SS', 'NS', 'BS'];

/** A list that is empty, for ADD to begin with. */
const EMPTY_LIST = ':empty';

/** Reads `AttributeUpdates` into the update that an expression would say. */
export function readAttributeUpdates(raw: Readonly<Record<string, RawAttributeUpdate>>): BoundUpdate {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = { [EMPTY_LIST]: { L: [] } };
  const draft: { -readonly [Section in keyof Update]: Update[Section][number][] } = { set: [], remove: [], add: [], delete: [] };
  for (const [index, [name, { Action: action = 'PUT', Value: rawValue }]] of Object.entries(raw).entries()) {
    const path: Path = [`#${index}`];
    const value = `:${index}`;
    names[`#${index}`] = name;
    if (!rawValue) {
      if (action !== 'DELETE') throw invalidParameter('Only DELETE action is allowed when no attribute value is specified');
      draft.remove.push(path);
      continue;
    }
    const given = readValue(rawValue);
    values[value] = given;
    const type = typeOf(given);
    if (action === 'PUT') draft.set.push({ path, value: { kind: 'value', name: value } });
    else if (action === 'DELETE') {
      if (!SETS.includes(type)) throw invalidParameter(`DELETE action with value is not supported for the type ${type}`);
      draft.delete.push({ path, value });
    } else if (type === 'L') draft.set.push({ path, value: appended(path, value) });
    else {
      if (type !== 'N' && !SETS.includes(type)) throw invalidParameter(`ADD action is not supported for the type ${type}`);
      draft.add.push({ path, value });
    }
  }
  return { tree: draft, bindings: { names, values }, paths: Object.keys(raw).map((name) => [name]) };
}

/** `list_append(if_not_exists(path, :empty), value)`: ADD of a list puts its elements at the end. */
function appended(path: Path, value: string): Operand {
  const present: Operand = {
    kind: 'call',
    name: 'if_not_exists',
    operands: [
      { kind: 'path', path },
      { kind: 'value', name: EMPTY_LIST },
    ],
  };
  return { kind: 'call', name: 'list_append', operands: [present, { kind: 'value', name: value }] };
}
