import type { AggregateName, AggregateState } from '../../operations/aggregates/aggregates.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { printJson, printLine, printNote, printText } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';

const versionText = ({ version, latest, at }: AggregateState): string => `version ${version} of ${latest}${at === undefined ? '' : `, as of ${at}`}`;

/** `tickertape aggregate show` */
export async function show(name: AggregateName, options: GlobalOptions & { readonly at?: string }): Promise<void> {
  const shown = await (await operationsOf(options)).showAggregate({ ...name, at: options.at });
  if (options.json) {
    printJson(shown);
    return;
  }
  printNote(`${shown.type} ${shown.id}: ${versionText(shown)}`);
  printText(JSON.stringify(shown.state, null, 2));
}

/** `tickertape aggregate log` */
export async function log(name: AggregateName, options: GlobalOptions & { readonly after?: number; readonly limit: number }): Promise<void> {
  const { after, limit } = options;
  const read = await (await operationsOf(options)).aggregateLog({ ...name, after, limit });
  if (options.json) {
    printJson(read);
    return;
  }
  const lines = tableLines(read.events, [
    { head: 'V', text: ({ version }) => String(version), align: 'right' },
    { head: 'TIME', text: ({ time }) => time },
    { head: 'EVENT', text: ({ type }) => type },
    { head: 'ID', text: ({ id }) => id },
    { head: 'CAUSE', text: ({ causationId }) => causationId },
    { head: 'DATA', text: ({ data }) => JSON.stringify(data) },
  ]);
  for (const line of lines) printLine(line);
  const last = read.events.at(-1)?.version ?? after ?? 0;
  const more = read.latest > last ? `; ${read.latest - last} more: --after ${last}` : '';
  printNote(`${counted(read.events.length, 'event')} of ${read.latest}${more}`);
}

/** `tickertape aggregate feed` */
export async function feed(type: string, options: GlobalOptions & { readonly after?: string; readonly limit: number }): Promise<void> {
  const read = await (await operationsOf(options)).aggregateFeed({ type, after: options.after, limit: options.limit });
  if (options.json) {
    printJson(read);
    return;
  }
  const lines = tableLines(read.events, [
    { head: 'TIME', text: ({ time }) => time },
    { head: read.type.toUpperCase(), text: ({ aggregateId }) => aggregateId },
    { head: 'V', text: ({ version }) => String(version), align: 'right' },
    { head: 'EVENT', text: ({ type: event }) => event },
  ]);
  for (const line of lines) printLine(line);
  const last = read.events.at(-1)?.position;
  printNote(`${counted(read.events.length, 'event')}, in order up to ${read.until}${read.isEnd || last === undefined ? '' : `; more: --after '${last}'`}`);
}

const shown = (value: unknown): string => (value === undefined ? '(absent)' : JSON.stringify(value));

/** `tickertape aggregate diff` */
export async function diff(request: AggregateName & { readonly from: string; readonly to: string }, options: GlobalOptions): Promise<void> {
  const difference = await (await operationsOf(options)).diffAggregate(request);
  if (options.json) {
    printJson(difference);
    return;
  }
  const { type, id, from, to, changes } = difference;
  printNote(`${type} ${id}: ${versionText(from)} → ${versionText(to)}`);
  for (const { path, before, after } of changes) {
    const sign = before === undefined ? styled('green', '+') : after === undefined ? styled('red', '-') : styled('yellow', '~');
    const text = before === undefined ? shown(after) : after === undefined ? shown(before) : `${shown(before)} → ${shown(after)}`;
    printLine(`${sign} ${path === '' ? '(state)' : path}  ${text}`);
  }
  printNote(counted(changes.length, 'difference'));
}
