import { type Expression, readExpression } from './expression.ts';
import { compareValues, numberOf, type Row, type Value } from './record.ts';
import { InsightsError, type TokenReader } from './tokens.ts';

type Aggregate = (rows: readonly Row[]) => Value;

interface Named<T> {
  readonly name: string;
  readonly of: T;
}

const numbers = (rows: readonly Row[], of: Expression): number[] => rows.flatMap((row) => numberOf(of(row)) ?? []);
const present = (rows: readonly Row[], of: Expression): Exclude<Value, undefined>[] => rows.flatMap((row) => of(row) ?? []);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const byTime = (a: Row, b: Row): number => compareValues(a.get('@timestamp'), b.get('@timestamp'));

function percentile(values: readonly number[], percent: number): Value {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1))];
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
const AGGREGATES: Readonly<Record<string, (of: Expression, further: number) => Aggregate>> = {
  count: (of) => (rows) => present(rows, of).length,
  count_distinct: (of) => (rows) => new Set(present(rows, of).map(String)).size,
  sum: (of) => (rows) => sum(numbers(rows, of)),
  avg: (of) => (rows) => {
    const values = numbers(rows, of);
    return values.length === 0 ? undefined : sum(values) / values.length;
  },
  min: (of) => (rows) => present(rows, of).sort(compareValues)[0],
  max: (of) => (rows) => present(rows, of).sort(compareValues).at(-1),
  pct: (of, percent) => (rows) => percentile(numbers(rows, of), percent),
  median: (of) => (rows) => percentile(numbers(rows, of), 50),
  stddev: (of) => (rows) => {
    const values = numbers(rows, of);
    const mean = sum(values) / values.length;
    return values.length === 0 ? undefined : Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
  },
  earliest: (of) => (rows) =>
    [...rows]
      .sort(byTime)
      .map(of)
      .find((value) => value !== undefined),
  latest: (of) => (rows) =>
    [...rows]
      .sort(byTime)
      .reverse()
      .map(of)
      .find((value) => value !== undefined),
};

/** Groups rows by what stands after `by`, and folds each group. */
export function readStats(reader: TokenReader): (rows: readonly Row[]) => Row[] {
  const aggregates: Named<Aggregate>[] = [];
  do aggregates.push(readAggregate(reader));
  while (reader.takes(','));
  const keys: Named<Expression>[] = [];
  if (reader.takes('by')) {
    do keys.push(readNamed(reader));
    while (reader.takes(','));
  }
  return (rows) => {
    const groups = new Map<string, { readonly values: readonly Value[]; readonly rows: Row[] }>();
    if (keys.length === 0) groups.set('', { values: [], rows: [...rows] });
    for (const row of keys.length === 0 ? [] : rows) {
      const values = keys.map(({ of }) => of(row));
      const key = JSON.stringify(values.map((value) => value ?? null));
      const group = groups.get(key);
      if (group) group.rows.push(row);
      else groups.set(key, { values, rows: [row] });
    }
    return [...groups.values()].map(
      (group) =>
        new Map<string, Value>([
          ...keys.map(({ name }, index) => [name, group.values[index]] as const),
          ...aggregates.map(({ name, of }) => [name, of(group.rows)] as const),
        ]),
    );
  };
}

function readAggregate(reader: TokenReader): Named<Aggregate> {
  const name = reader.word().toLowerCase();
  const make = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined;
  if (!make) throw new InsightsError(`The statistic ${name}`, { isUnsupported: true });
  reader.expect('(');
  let written = '*';
  let of: Expression = () => 1;
  if (!reader.takes('*') && reader.next?.text !== ')') {
    written = reader.next?.text ?? '';
    of = readExpression(reader);
  }
  let further = 0;
  if (reader.takes(',')) {
    further = Number(reader.take().text);
    written += `, ${further}`;
  }
  reader.expect(')');
  return { name: reader.takes('as') ? reader.word() : `${name}(${written})`, of: make(of, further) };
}

/** An expression with its name: what stands after `as`, or as it is written. */
export function readNamed(reader: TokenReader): Named<Expression> {
  const from = reader.mark();
  const of = readExpression(reader);
  const written = reader.since(from);
  return { name: reader.takes('as') ? reader.word() : written, of };
}
