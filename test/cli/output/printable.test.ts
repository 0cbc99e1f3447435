import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { flowLine } from '../../../cli/output/flow-line.ts';
import { printable, widthOf } from '../../../cli/output/printable.ts';
import { printJson, printJsonLine, printLine, printProblem } from '../../../cli/output/report.ts';
import { setColourMode, styled } from '../../../cli/output/style.ts';
import { tableLines } from '../../../cli/output/table.ts';
import type { FlowEvent } from '../../../operations/flow/flow-event.ts';

/** What a terminal obeys, but for the line feed that ends a line. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

function written(print: () => void): string {
  const texts: string[] = [];
  const take = (text: unknown): boolean => texts.push(String(text)) > 0;
  const spies = [vi.spyOn(process.stdout, 'write').mockImplementation(take), vi.spyOn(process.stderr, 'write').mockImplementation(take)];
  print();
  for (const spy of spies) spy.mockRestore();
  return texts.join('');
}

afterEach(() => setColourMode('auto'));

const HOSTILE = '\u001b[31mRED\u001b[0m\nfake OrderPlaced\r\u0000\u009b2J\u2028\u202etxt.exe';
const SHOWN = '\\u001b[31mRED\\u001b[0m\\nfake OrderPlaced\\r\\u0000\\u009b2J\\u2028\\u202etxt.exe';

function event(summary: string): FlowEvent {
  return {
    id: 'e1',
    type: 'OrderPlaced',
    source: 'tickertape.orders',
    subject: 'o1',
    summary,
    correlationId: 'c1',
    causationId: undefined,
    flow: 'choreography',
    atMs: 0,
    handlings: [],
  };
}

it('prints an event of a hostile customer as one line that only looks odd', () => {
  setColourMode('never');
  const text = written(() => printLine(flowLine({ kind: 'published', event: event(`customer ${HOSTILE}`) })));
  expect(text.slice(text.indexOf('Order'))).toBe(`OrderPlaced         customer ${SHOWN}\n`);
});

it('colours what is styled and nothing that data brings, inside a style or beside it', () => {
  setColourMode('always');
  expect(written(() => printLine(`${styled('red', HOSTILE)} ${HOSTILE}`))).toBe(`\u001b[31m${SHOWN}\u001b[39m ${SHOWN}\n`);
});

it('prints any text as one line without control characters, and counts what is seen of it', () => {
  setColourMode('always');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (data) => {
      const line = printable(styled('bold', data));
      const seen = line.slice('\u001b[1m'.length, -'\u001b[22m'.length);
      expect(line).toBe(`\u001b[1m${seen}\u001b[22m`);
      expect(seen).not.toMatch(OBEYED);
      expect(seen).not.toContain('\n');
      expect(widthOf(styled('bold', data))).toBe(seen.length);
    }),
  );
});

it('prints JSON that says the same and that a terminal does not obey', () => {
  const data = { customerId: HOSTILE, sku: '\u0000' };
  const whole = written(() => printJson(data));
  expect(whole).not.toMatch(OBEYED);
  expect(JSON.parse(whole)).toEqual({ apiVersion: '1', data, warnings: [] });
  const line = written(() => printJsonLine(data));
  expect(line).not.toMatch(OBEYED);
  expect(JSON.parse(line)).toEqual(data);
});

it('indents the further lines of a problem, so that none passes for another', () => {
  expect(written(() => printProblem('It failed\n■ forged\u001b[1m'))).toBe('It failed\n  ■ forged\\u001b[1m\n');
});

it('aligns the columns of a table by what is seen', () => {
  setColourMode('always');
  const lines = tableLines(
    [{ name: 'a\u001b[1m' }, { name: 'b' }],
    [
      { head: 'NAME', text: ({ name }) => styled('red', name) },
      { head: 'X', text: () => '1' },
    ],
  );
  const text = written(() => {
    for (const line of lines) printLine(line);
  });
  expect(text.replaceAll(/\u001b\[\d+m/g, '').split('\n')).toEqual(['NAME        X', 'a\\u001b[1m  1', 'b           1', '']);
});

it('prints a failed attempt as one line: the name and message of its error, shortened', () => {
  setColourMode('never');
  const handling = { consumer: 'inventory', state: 'dead', attempts: 5, queuedAtMs: 0, startedAtMs: 1, endedAtMs: 2 } as const;
  const error = `TypeError: ${'No shelf. '.repeat(40)}\n    at handle (/var/task/index.js:1403:265)`;
  const text = written(() => printLine(flowLine({ kind: 'handled', event: event('one'), handling: { ...handling, error } })));
  expect(text).toMatch(/ {2}→ inventory ◆ in DLQ \(attempt 5\) {2}TypeError: No shelf\. .*…\n$/);
  expect(text).not.toContain('/var/task');
  expect(text.length).toBeLessThan(260);
});
