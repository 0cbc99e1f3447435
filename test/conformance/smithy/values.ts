import { isDeepStrictEqual } from 'node:util';
import type { Shape } from '../../../local/wire/shapes.ts';

/** A value of the vectors as it is typed: bytes stand there as text, times as seconds, numbers that are none by their names. */
export function typed(value: unknown, shape: Shape): unknown {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case 'blob':
      return new Uint8Array(Buffer.from(String(value)));
    case 'timestamp':
      return new Date(Math.round(Number(value) * 1000));
    case 'number':
      return Number(value);
    case 'list':
      return (value as unknown[]).map((item) => typed(item, shape.item.shape));
    case 'map':
      return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, typed(item, shape.value.shape)]));
    case 'structure':
    case 'union': {
      const members = new Map(shape.members.map(({ name, shape: member }) => [name, member]));
      return Object.fromEntries(Object.entries(value as object).map(([name, member]) => [name, typed(member, members.get(name) ?? { kind: 'document' })]));
    }
    default:
      return value;
  }
}

/** What differs between two typed values, or `undefined`: a member that is not there and one without a value are the same. */
export function valuesDiffer(expected: unknown, got: unknown): string | undefined {
  const [one, other] = [comparable(expected), comparable(got)];
  return isDeepStrictEqual(one, other) ? undefined : `expected ${shown(one)}\ngot ${shown(other)}`;
}

function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { ms: value.getTime() };
  if (value instanceof String) return String(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name, member]) => member !== undefined && member !== null && name !== '$metadata');
  return Object.fromEntries(members.map(([name, member]) => [name, comparable(member)]));
}

const shown = (value: unknown): string =>
  (JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member)) ?? 'nothing').slice(0, 600);
