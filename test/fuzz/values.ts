import type { Chance } from '../../local/kernel/chance.ts';
import type { Member, Shape, StructureShape } from '../../local/wire/shapes.ts';

/** Few names, so that what one request makes another finds, changes and deletes. */
const NAMES = ['a', 'orders', 'orders.fifo', 'orders-dlq', 'default', 'payments', 'x'.repeat(80), 'é-ü', ''];

const ARNS = [
  'arn:aws:sqs:us-east-1:000000000000:orders',
  'arn:aws:sqs:us-east-1:000000000000:orders.fifo',
  'arn:aws:sns:us-east-1:000000000000:orders',
  'arn:aws:events:us-east-1:000000000000:event-bus/default',
  'arn:aws:events:us-east-1:000000000000:rule/orders',
  'arn:aws:lambda:us-east-1:000000000000:function:orders',
  'arn:aws:iam::000000000000:role/orders',
  'arn:aws:dynamodb:us-east-1:000000000000:table/orders',
  'arn:aws:states:us-east-1:000000000000:stateMachine:orders',
  'arn:aws:kms:us-east-1:000000000000:key/1',
  'arn:::::',
  'http://127.0.0.1:4566/000000000000/orders',
  'http://127.0.0.1:4566/000000000000/orders.fifo',
];

/** Languages that services parse: JSON documents, patterns, expressions, schedules, each whole or broken. */
const TEXTS = [
  '{}',
  '[]',
  'null',
  '{"a":1}',
  '{"source":["orders"],"detail":{"cents":[{"numeric":[">",0]}]}}',
  '{"source":[{"wildcard":"*a*b*"}]}',
  '{"a":',
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
  '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:orders-dlq","maxReceiveCount":1}',
  'a = :a AND begins_with(b, :b)',
  'SET a = a + :a, b[0] = :b REMOVE c ADD d :d',
  'attribute_not_exists(a) OR NOT (size(b) BETWEEN :a AND :b)',
  'rate(1 minute)',
  'cron(0 12 * * ? *)',
  'at(2030-01-01T00:00:00)',
  '$.a.b[*]',
  '<a>',
  '-1',
  '0',
  '1',
  '300',
  'true',
  'ALL',
  'String',
  'HASH',
  'S',
  'PAY_PER_REQUEST',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  '𝄞',
  ' ',
];

const NUMBERS = [0, 1, -1, 2, 10, 20, 300, 1.5, 2 ** 31, 2 ** 53, -(2 ** 31), 1e308];
const WRONG: readonly unknown[] = [null, 'text', 7, true, [], {}, [null], { a: 1 }, [[[[]]]], ''];

const pick = <T>(chance: Chance, values: readonly T[]): T => values[chance.below(values.length)] as T;

function textOf(chance: Chance): string {
  const kind = chance.below(130);
  if (kind >= 100) return 'orders';
  if (kind < 40) return pick(chance, NAMES);
  if (kind < 65) return pick(chance, ARNS);
  if (kind < 95) return pick(chance, TEXTS);
  if (kind < 99) return chance.text(chance.below(300), 'ab{}[]":,.$#&*?<>\\\n éß');
  return 'x'.repeat(chance.below(300_000));
}

/** How deep an input goes before it is left empty: models are recursive. */
const DEPTH_MAX = 7;

/** A value of that shape as JSON has it, mostly one that the model allows; now and then one of another type. */
export function valueFor(shape: Shape, chance: Chance, depth = 0): unknown {
  if (chance.below(100) === 0) return pick(chance, WRONG);
  switch (shape.kind) {
    case 'string':
      return textOf(chance);
    case 'number':
      return pick(chance, NUMBERS);
    case 'boolean':
      return chance.below(2) === 0;
    case 'blob':
      return chance.below(8) === 0 ? '***' : Buffer.from(textOf(chance)).toString('base64');
    case 'timestamp':
      return pick(chance, [0, 1_700_000_000, -1, 1e18, '2026-01-01T00:00:00Z', 'yesterday']);
    case 'list':
      return depth > DEPTH_MAX ? [] : Array.from({ length: chance.below(4) }, () => valueFor(shape.item.shape, chance, depth + 1));
    case 'map':
      return depth > DEPTH_MAX
        ? {}
        : Object.fromEntries(Array.from({ length: chance.below(3) }, () => [textOf(chance), valueFor(shape.value.shape, chance, depth + 1)]));
    case 'structure':
    case 'union':
      return structureOf(shape, chance, { depth });
    default:
      return pick(chance, WRONG);
  }
}

/** Members at random, those of `required` always; of a union one, mostly. */
export function structureOf(
  { kind, members }: StructureShape,
  chance: Chance,
  { depth = 0, required }: { readonly depth?: number; readonly required?: ReadonlySet<string> } = {},
): Record<string, unknown> {
  if (depth > DEPTH_MAX || members.length === 0) return {};
  const fill = (chosen: readonly Member[]): Record<string, unknown> =>
    Object.fromEntries(chosen.map(({ name, shape }) => [name, valueFor(shape, chance, depth + 1)]));
  if (kind === 'union' && chance.below(20) > 0) return fill([pick(chance, members)]);
  const likelihood = pick(chance, [5, 20, 50, 90]);
  return fill(members.filter(({ name }) => required?.has(name) || chance.below(100) < likelihood));
}
