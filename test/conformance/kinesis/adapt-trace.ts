import type { Expectation, Trace } from '../trace/trace.ts';

/** The recorder's program kept the description of a stream and not what it stood in. */
const inDescription = (text: string): string => text.replaceAll(/\$\{(\d+):Shards\./g, (_match, step: string) => `\${${step}:StreamDescription.Shards.`);

/** Words that stand for hash keys, each for another. */
function withPlaceholders(text: string): string {
  let count = 0;
  return text.replaceAll(/"(starting|ending)_hash"/g, (_match, word: string) => {
    count += 1;
    return `"<${word}_hash:${count}>"`;
  });
}

/** Bytes as Python writes them: `b'\xc3\xbc'`. */
function base64Of(python: string): string {
  const latin1 = python.slice(2, -1).replaceAll(/\\x([0-9a-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1').toString('base64');
}

interface RecordedRecord {
  readonly Data: string;
}

/** The program sorted the records by their data: back into the order in which they were put. */
function adaptRecords(records: readonly RecordedRecord[], { steps }: Trace): RecordedRecord[] {
  const put = steps.filter(({ op }) => op === 'put_record').map(({ params }) => Buffer.from(String(params['Data'])).toString('base64'));
  const placeOf = ({ Data }: RecordedRecord): number => put.indexOf(base64Of(Data));
  return [...records].sort((one, other) => placeOf(one) - placeOf(other));
}

function adaptExpectation(expectation: Expectation, trace: Trace): Expectation {
  const { label, recorded, response, ...place } = expectation;
  if (label === 'Shards') {
    const composed = `\${${response}:StreamDescription.Shards}`;
    return { ...place, label, recorded: JSON.parse(withPlaceholders(JSON.stringify(recorded))) as unknown, composed };
  }
  if (label === 'Records') return { ...place, label, recorded: adaptRecords(recorded as RecordedRecord[], trace), composed: `\${${response}:Records}` };
  return expectation;
}

/** A trace as it can be played: the recorder kept parts of answers under names of their own. */
export function adaptKinesisTrace(trace: Trace): Trace {
  const steps = JSON.parse(inDescription(JSON.stringify(trace.steps))) as Trace['steps'];
  return { ...trace, steps, expect: trace.expect.map((expectation) => adaptExpectation(expectation, trace)) };
}
