import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';
import { codeOf, type ErrorCase, isMessage, type JsonAnswer, messageOf, type SequenceCase } from '../dynalite/cases.ts';
import { answersDiffer } from '../kinesis/compare.ts';
import { KinesisPlane } from '../kinesis/kinesis-plane.ts';

const BY_NAME_ONLY = 'in the model since 2021 a stream may be made without a shard count';
const WIDER_RANGE = 'in the model since 2020 the bounds of this member are others';

const exceptions = new Map<string, string>([
  ['test/createStream.js::createStream validations should return ValidationException for no StreamName', BY_NAME_ONLY],
  ['test/createStream.js::createStream validations should return ValidationException for long StreamName', WIDER_RANGE],
  ['test/decreaseStreamRetentionPeriod.js::decreaseStreamRetentionPeriod validations should return ValidationException for empty StreamName', WIDER_RANGE],
  [
    'test/decreaseStreamRetentionPeriod.js::decreaseStreamRetentionPeriod validations should return ValidationException for retention period greater than 168',
    WIDER_RANGE,
  ],
]);

/** How long a test waits for a stream, asking every second. */
const POLLS_MAX = 60;

/** What kinesalite's author asserted of Kinesis: refused requests word by word, and sequences of requests. */
export const kinesalite: ConformanceSet = {
  name: 'kinesalite',
  run: async (folder) => {
    const visible = join(folder, 'visible');
    const read = <Value>(file: string): Value => JSON.parse(readFileSync(join(visible, file), 'utf8')) as Value;
    const errors = read<readonly ErrorCase[]>('errors.json');
    const sequences = existsSync(join(visible, 'sequences')) ? readdirSync(join(visible, 'sequences')).sort() : [];
    const cases = sequences.flatMap((file) => read<readonly SequenceCase[]>(join('sequences', file)));
    const sharedStream = sharedStreamOf(errors, cases);
    const verdicts: CaseVerdict[] = [];
    const shared = await KinesisPlane.open(sharedStream);
    for (const one of errors) verdicts.push(judged(one.id, await tryError(one, shared)));
    await shared.close();
    for (const one of cases) verdicts.push(judged(one.id, await trySequence(one, sharedStream)));
    return verdicts;
  },
};

/** The stream that the tests share is named at random: it is the one that a refused creation says is there. */
function sharedStreamOf(errors: readonly ErrorCase[], cases: readonly SequenceCase[]): string | undefined {
  const text = JSON.stringify([errors, cases]);
  return /Stream (__kinesalite_test_\d+) under account \d+ already exists/.exec(text)?.[1];
}

function judged(id: string, difference: string | undefined): CaseVerdict {
  if (difference === undefined) return { id, verdict: 'passed' };
  const reason = exceptions.get(id);
  if (reason !== undefined) return { id, verdict: 'excepted', reason };
  const notEmulated = /answered 501 \S* (.*?) is not emulated/s.exec(difference)?.[1];
  return notEmulated === undefined ? { id, verdict: 'failed', difference } : { id, verdict: 'notEmulated', what: notEmulated };
}

async function tryError({ target, request, expectedMessage, httpStatus, response }: ErrorCase, plane: KinesisPlane): Promise<string | undefined> {
  const { status, body } = await plane.send(`Kinesis_20131202.${target}`, JSON.stringify(request));
  const isCode = codeOf(body) === codeOf(response);
  if (status === httpStatus && isCode && isMessage(expectedMessage, messageOf(body))) return undefined;
  const asked = `${target} ${JSON.stringify(request).slice(0, 400)}`;
  return `${asked}\nexpected ${httpStatus} ${codeOf(response)} ${JSON.stringify(expectedMessage)}\nanswered ${status} ${codeOf(body)} ${messageOf(body)}`;
}

async function trySequence({ steps }: SequenceCase, sharedStream: string | undefined): Promise<string | undefined> {
  const plane = await KinesisPlane.open(sharedStream);
  try {
    for (const step of steps) {
      const difference = await tryStep(step, plane);
      if (difference !== undefined) return difference;
    }
    return undefined;
  } finally {
    await plane.close();
  }
}

async function tryStep({ target, body, status, response }: SequenceCase['steps'][number], plane: KinesisPlane): Promise<string | undefined> {
  const operation = target.split('.')[1] ?? '';
  const recorded: JsonAnswer = { status, body: response === '' || response === '""' ? {} : (JSON.parse(response) as Record<string, unknown>) };
  let answered = await plane.send(target, body);
  for (let poll = 0; poll < POLLS_MAX && operation === 'DescribeStream' && answersDiffer(operation, recorded, answered); poll += 1) {
    await plane.wait(1000);
    answered = await plane.send(target, body);
  }
  if (!answersDiffer(operation, recorded, answered)) return undefined;
  const shown = (answer: JsonAnswer): string =>
    answer.status === 200 ? JSON.stringify(answer.body).slice(0, 700) : `${codeOf(answer.body)} ${messageOf(answer.body)}`;
  return `${target} ${body.slice(0, 400)}\nexpected ${status} ${shown(recorded)}\nanswered ${answered.status} ${shown(answered)}`;
}
