import { compileRegex, readExpression, satisfies } from './expression.ts';
import { compareValues, type InsightsEvent, type Row, rowOf, type Value } from './record.ts';
import { readNamed, readStats } from './stats.ts';
import { InsightsError, type Token, TokenReader, tokensOf } from './tokens.ts';

/** A field of a result, by its name. */
export interface ResultField {
  readonly field: string;
  readonly value: string;
}

/** What a query found. */
export interface InsightsResult {
  readonly rows: readonly (readonly ResultField[])[];
  /** Events that the filters let through. */
  readonly matched: number;
}

/** Runs a query over events, oldest first. */
export type InsightsQuery = (events: readonly InsightsEvent[], limit: number | undefined) => InsightsResult;

interface Run {
  rows: readonly Row[];
  /** Names of the fields to show, in order. */
  shown: readonly string[];
  matched: number;
  isLimited: boolean;
  isSummed: boolean;
}

type Command = (run: Run) => void;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatchlogs_limits_cwl.html */
const RESULTS_MAX = 10_000;

/** The commands that are there. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html */
const COMMANDS: Readonly<Record<string, (reader: TokenReader) => Command>> = {
  fields: readFields,
  display: readDisplay,
  filter: readFilter,
  where: readFilter,
  stats: readStatsCommand,
  sort: readSort,
  limit: readLimit,
  head: readLimit,
  parse: readParse,
  dedup: readDedup,
};

/** Reads a query. Throws `InsightsError` for one that is not valid, or has a command or function that is not there. */
export function parseInsights(query: string): InsightsQuery {
  const commands = commandsOf(tokensOf(query)).map((tokens) => {
    const reader = new TokenReader(tokens);
    const name = reader.word().toLowerCase();
    const read = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!read) throw new InsightsError(`The command ${name}`, { isUnsupported: true });
    const command = read(reader);
    reader.end();
    return command;
  });
  return (events, limit) => {
    const rows = events.map(rowOf).reverse();
    const run: Run = { rows, shown: [], matched: rows.length, isLimited: false, isSummed: false };
    for (const command of commands) command(run);
    const shown = run.shown.length === 0 && !run.isSummed ? ['@timestamp', '@message'] : run.shown;
    const most = Math.min(limit ?? RESULTS_MAX, RESULTS_MAX);
    return { rows: (run.isLimited ? run.rows : run.rows.slice(0, most)).map((row) => fieldsOf(row, shown, run.isSummed)), matched: run.matched };
  };
}

function commandsOf(tokens: readonly Token[]): Token[][] {
  const commands: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.text === '|') commands.push([]);
    else commands.at(-1)?.push(token);
  }
  return commands.filter(({ length }) => length > 0);
}

/** A row that stands for one event carries its pointer, as AWS has it. */
function fieldsOf(row: Row, shown: readonly string[], isSummed: boolean): ResultField[] {
  const names = isSummed ? (shown.length > 0 ? shown : [...row.keys()]) : [...shown, '@ptr'];
  return [...new Set(names)].flatMap((field) => {
    const value = row.get(field);
    return value === undefined ? [] : [{ field, value: String(value) }];
  });
}

function namedList(reader: TokenReader) {
  const list = [readNamed(reader)];
  while (reader.takes(',')) list.push(readNamed(reader));
  return list;
}

function readFields(reader: TokenReader): Command {
  const list = namedList(reader);
  return (run) => {
    run.rows = run.rows.map((row) =>
      withValues(
        row,
        list.map(({ name, of }) => [name, of(row)] as const),
      ),
    );
    run.shown = [...run.shown, ...list.map(({ name }) => name)];
  };
}

function withValues(row: Row, values: readonly (readonly [string, Value])[]): Row {
  const next = new Map(row);
  for (const [name, value] of values) if (value !== undefined) next.set(name, value);
  return next;
}

/** The last `display` is the one that counts. */
function readDisplay(reader: TokenReader): Command {
  const names = [reader.word()];
  while (reader.takes(',')) names.push(reader.word());
  return (run) => {
    run.shown = names;
  };
}

function readFilter(reader: TokenReader): Command {
  const condition = readExpression(reader);
  return (run) => {
    run.rows = run.rows.filter((row) => satisfies(condition, row));
    if (!run.isSummed) run.matched = run.rows.length;
  };
}

function readStatsCommand(reader: TokenReader): Command {
  const fold = readStats(reader);
  return (run) => {
    run.rows = fold(run.rows);
    run.shown = [];
    run.isSummed = true;
  };
}

function readSort(reader: TokenReader): Command {
  const keys: { readonly of: (row: Row) => Value; readonly sign: number }[] = [];
  do {
    const { name, of } = readNamed(reader);
    const sign = reader.takes('desc') ? -1 : 1;
    if (sign === 1) reader.takes('asc');
    keys.push({ of: (row) => row.get(name) ?? of(row), sign });
  } while (reader.takes(','));
  return (run) => {
    run.rows = [...run.rows].sort((a, b) => {
      for (const { of, sign } of keys) {
        const order = compareValues(of(a), of(b)) * sign;
        if (order !== 0) return order;
      }
      return 0;
    });
  };
}

function readLimit(reader: TokenReader): Command {
  const { kind, text } = reader.take();
  if (kind !== 'number' || Number(text) < 1 || Number(text) > RESULTS_MAX) throw new InsightsError(`limit is between 1 and ${RESULTS_MAX}`);
  return (run) => {
    run.rows = run.rows.slice(0, Number(text));
    run.isLimited = true;
  };
}

/** `parse @message "user=*, took * ms" as user, ms`, or with a regular expression whose groups are named. */
function readParse(reader: TokenReader): Command {
  const isWhole = reader.next?.kind !== 'word';
  const from = isWhole ? '@message' : reader.word();
  const token = reader.take();
  if (token.kind === 'regex') {
    const pattern = compileRegex(token.text);
    return (run) => {
      run.rows = run.rows.map((row) => withValues(row, Object.entries(pattern.exec(String(row.get(from) ?? ''))?.groups ?? {})));
    };
  }
  if (token.kind !== 'string') throw new InsightsError(`unexpected symbol found ${token.text}`);
  reader.expect('as');
  const names = [reader.word()];
  while (reader.takes(',')) names.push(reader.word());
  const parts = token.text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (parts.length - 1 !== names.length) throw new InsightsError(`the pattern has ${parts.length - 1} wildcards for ${names.length} names`);
  const pattern = new RegExp(
    parts.map((part, index) => (index === 0 ? part : `${index === parts.length - 1 && part === '' ? '(.*)' : '(.*?)'}${part}`)).join(''),
    's',
  );
  return (run) => {
    run.rows = run.rows.map((row) => {
      const found = pattern.exec(String(row.get(from) ?? ''));
      return found
        ? withValues(
            row,
            names.map((name, index) => [name, found[index + 1]] as const),
          )
        : row;
    });
  };
}

/** Keeps the first row of each combination. */
function readDedup(reader: TokenReader): Command {
  const names = [reader.word()];
  while (reader.takes(',')) names.push(reader.word());
  return (run) => {
    const seen = new Set<string>();
    run.rows = run.rows.filter((row) => {
      const key = JSON.stringify(names.map((name) => row.get(name) ?? null));
      if (names.some((name) => row.get(name) === undefined)) return true;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  };
}
