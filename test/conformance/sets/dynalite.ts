import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';
import { answersDiffer, codeOf, type ErrorCase, isMessage, type JsonAnswer, messageOf, type SequenceCase } from '../dynalite/cases.ts';
import { DynamoDbPlane } from '../dynalite/dynamodb-plane.ts';
import { SHARED_TABLES } from '../dynalite/tables.ts';

const NEWER_MODEL = 'in the model of 2025 a request may do without a key schema and attribute definitions, and a key schema may have more than two elements';
const TEN_AT_MOST = 'of eleven failures AWS tells ten; which it leaves out follows from an order of members that no model tells';
const SHARED_DATA = 'its scans found what other tests had written into the shared table';

const exceptions = new Map<string, string>([
  ['test/createTable.js::createTable validations should return ValidationException for null attributes', NEWER_MODEL],
  ['test/createTable.js::createTable validations should return ValidationException for key element names', NEWER_MODEL],
  ['test/query.js::query validations should return ValidationException for incorrect attributes', TEN_AT_MOST],
  ['test/scan.js::scan validations should return ValidationException for incorrect attributes', TEN_AT_MOST],
  [
    'test/query.js::query validations should return ValidationException if KeyConditionExpression BETWEEN args have different types',
    'dynalite answered 200, which the case has for status; the message that the test asserts is the one answered here',
  ],
  ['test/query.js::query functionality should not return LastEvaluatedKey if Limit is at least size of response', SHARED_DATA],
  ['test/scan.js::scan validations should return ValidationException if ExclusiveStartKey is from different segment', SHARED_DATA],
  [
    'test/deleteTable.js::deleteTable functionality should eventually delete',
    'dynalite describes the deleted table in full; DynamoDB leaves out its keys, definitions and indexes (example of delete-table in the reference of the AWS CLI)',
  ],
  ['test/scan.js::scan functionality should return LastEvaluatedKey if Limit not reached', SHARED_DATA],
]);

/** How long a test waits for a table, asking every second. */
const POLLS_MAX = 60;

/** What dynalite's author asserted of DynamoDB: refused requests word by word, and sequences of requests. */
export const dynalite: ConformanceSet = {
  name: 'dynalite',
  run: async (folder) => {
    const visible = join(folder, 'visible');
    const read = (file: string): unknown => JSON.parse(readFileSync(join(visible, file), 'utf8'));
    const verdicts: CaseVerdict[] = [];
    const shared = await DynamoDbPlane.open();
    for (const one of read('errors.json') as readonly ErrorCase[]) verdicts.push(judged(one.id, await tryError(one, shared)));
    for (const file of readdirSync(join(visible, 'sequences')).sort()) {
      for (const one of read(join('sequences', file)) as readonly SequenceCase[]) verdicts.push(judged(one.id, await trySequence(one, shared)));
    }
    await shared.close();
    return verdicts;
  },
};

function judged(id: string, difference: string | undefined): CaseVerdict {
  if (difference === undefined) return { id, verdict: 'passed' };
  const reason = exceptions.get(id);
  if (reason !== undefined) return { id, verdict: 'excepted', reason };
  const notEmulated = /answered 501 \S* (.*?) is not emulated/s.exec(difference)?.[1];
  return notEmulated === undefined ? { id, verdict: 'failed', difference } : { id, verdict: 'notEmulated', what: notEmulated };
}

async function tryError({ target, request, expectedMessage, httpStatus, response }: ErrorCase, plane: DynamoDbPlane): Promise<string | undefined> {
  const { status, body } = await plane.send(`DynamoDB_20120810.${target}`, JSON.stringify(request));
  const isCode = codeOf(body) === codeOf(response);
  if (status === httpStatus && isCode && isMessage(expectedMessage, messageOf(body))) return undefined;
  const asked = `${target} ${JSON.stringify(request).slice(0, 400)}`;
  return `${asked}\nexpected ${httpStatus} ${codeOf(response)} ${JSON.stringify(expectedMessage)}\nanswered ${status} ${codeOf(body)} ${messageOf(body)}`;
}

/** Requests that only read malformed bodies leave nothing behind: they share a plane. */
async function trySequence(one: SequenceCase, shared: DynamoDbPlane): Promise<string | undefined> {
  if (one.steps.every(({ status }) => status !== 200)) return playSequence(one, shared);
  const plane = await DynamoDbPlane.open();
  try {
    return await playSequence(one, plane);
  } finally {
    await plane.close();
  }
}

/** A poll that found the table not ready yet: how often a test asked is no matter. */
const isWaiting = (target: string, response: string): boolean =>
  target.endsWith('.DescribeTable') && /"(Table|Index)Status":"(CREATING|UPDATING|DELETING)"/.test(response);

async function playSequence({ steps }: SequenceCase, plane: DynamoDbPlane): Promise<string | undefined> {
  const known = new Set(SHARED_TABLES.map(({ TableName }) => TableName));
  for (const { target, body, status, response } of steps) {
    const table = /"TableName":"([^"]+)"/.exec(body)?.[1];
    if (target.endsWith('.CreateTable') && table !== undefined) known.add(table);
    // The recorder listened to all tests at once: a table of another test.
    if (status === 200 && table?.startsWith('__dynalite_test_') && !known.has(table)) continue;
    if (isWaiting(target, response)) continue;
    const recorded: JsonAnswer = { status, body: response === '' || response === '""' ? {} : (JSON.parse(response) as Record<string, unknown>) };
    let answered = await plane.send(target, body);
    for (let poll = 0; poll < POLLS_MAX && target.endsWith('.DescribeTable') && answersDiffer(target, recorded, answered); poll += 1) {
      await plane.wait(1000);
      answered = await plane.send(target, body);
    }
    if (answersDiffer(target, recorded, answered)) {
      const shown = (answer: JsonAnswer): string =>
        answer.status === 200 ? JSON.stringify(answer.body).slice(0, 700) : `${codeOf(answer.body)} ${messageOf(answer.body)}`;
      return `${target} ${body.slice(0, 400)}\nexpected ${status} ${shown(recorded)}\nanswered ${answered.status} ${shown(answered)}`;
    }
  }
  return undefined;
}
