import { type AttributeValue, member, typeOf } from './attribute-value.ts';
import { bytesKey } from './order.ts';

/** The union of two sets of one type, or `undefined` where they are of different types. */
export function unionOf(a: AttributeValue, b: AttributeValue): AttributeValue | undefined {
  const type = typeOf(a);
  if (type !== typeOf(b)) return undefined;
  switch (type) {
    case 'SS':
      return { SS: [...new Set([...(member(a, 'SS') as string[]), ...(member(b, 'SS') as string[])])] };
    case 'NS':
      return { NS: [...new Set([...(member(a, 'NS') as string[]), ...(member(b, 'NS') as string[])])] };
    case 'BS': {
      const own = member(a, 'BS') as Uint8Array[];
      const known = new Set(own.map(bytesKey));
      return { BS: [...own, ...(member(b, 'BS') as Uint8Array[]).filter((bytes) => !known.has(bytesKey(bytes)))] };
    }
    default:
      return undefined;
  }
}

/** What is left of a set without another's members: a value, `'empty'`, or `undefined` where they are of different types. */
export function differenceOf(a: AttributeValue, b: AttributeValue): AttributeValue | 'empty' | undefined {
  const type = typeOf(a);
  if (type !== typeOf(b)) return undefined;
  switch (type) {
    case 'SS':
    case 'NS': {
      const taken = new Set(member(b, type));
      const left = (member(a, type) as string[]).filter((text) => !taken.has(text));
      return left.length === 0 ? 'empty' : ({ [type]: left } as unknown as AttributeValue);
    }
    case 'BS': {
      const taken = new Set((member(b, 'BS') as Uint8Array[]).map(bytesKey));
      const left = (member(a, 'BS') as Uint8Array[]).filter((bytes) => !taken.has(bytesKey(bytes)));
      return left.length === 0 ? 'empty' : { BS: left };
    }
    default:
      return undefined;
  }
}
