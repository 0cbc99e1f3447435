import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesOf, readLetters, writeLetters } from '../../cli/letters-file.ts';
import type { ExportedLetter } from '../../operations/dead-letters/export.ts';
import { temporaryFolder } from '../world/assembly-copy.ts';

const letter = (messageId: string): ExportedLetter => ({
  kind: 'dead-letter',
  consumer: 'payments',
  queue: 'tickertape-payments-dead-letters',
  messageId,
  eventKey: `tickertape.orders#${messageId}`,
  reason: 'defect',
  fingerprint: undefined,
  body: 'a body with\na line end and "quotes"',
  attributes: { error: { dataType: 'String', text: 'Error: ü' }, bytes: { dataType: 'Binary', base64: 'AAE=' } },
  messageGroupId: undefined,
  sentAt: undefined,
});

const LETTERS = [letter('m-1'), letter('m-2'), letter('m-3')];

function written(): string {
  const path = join(temporaryFolder(), 'letters.ndjson');
  writeLetters(path, linesOf(LETTERS, 'reason=defect'));
  return path;
}

describe('a file of dead letters', () => {
  it('gives back what was written', () => {
    expect(JSON.parse(JSON.stringify(readLetters(written())))).toEqual(JSON.parse(JSON.stringify(LETTERS)));
  });

  it('is not written over another', () => {
    const path = written();
    expect(() => writeLetters(path, linesOf([], undefined))).toThrow(`${path} exists; letters are never written over others`);
    expect(readLetters(path)).toHaveLength(3);
  });

  it.each([
    ['is cut off', (lines: string[]) => lines.slice(0, 3), /line 3: the end is missing: the file was cut off/],
    ['is cut off within a line', (lines: string[]) => [...lines.slice(0, 2), lines[2]?.slice(0, 20) ?? ''], /line 3: not JSON/],
    ['lacks a letter', (lines: string[]) => lines.filter((_, index) => index !== 2), /3 letters were written, 2 are there/],
    ['was changed', (lines: string[]) => lines.map((line) => line.replace('m-2', 'm-9')), /the file was changed/],
    ['is something else', () => ['{"kind":"cake"}'], /line 1: no file of `tickertape dlq export`/],
  ])('is refused where it %s', (_, spoil, problem) => {
    const path = written();
    writeFileSync(path, spoil(readFileSync(path, 'utf8').trimEnd().split('\n')).join('\n'));
    expect(() => readLetters(path)).toThrow(problem);
  });
});
