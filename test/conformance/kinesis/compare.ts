import { codeOf, type JsonAnswer, messageOf } from '../dynalite/cases.ts';

/** Where an answer differs from kinesalite's. Numbers and iterators follow from the time; what AWS has added to descriptions since 2020 is no matter. */
export function answersDiffer(operation: string, recorded: JsonAnswer, answered: JsonAnswer): boolean {
  if (recorded.status !== answered.status) return true;
  if (recorded.status !== 200) return messageOf(recorded.body) !== messageOf(answered.body) || codeOf(recorded.body) !== codeOf(answered.body);
  // The account was shared: tests that ran at the same time had streams too.
  if (operation === 'ListStreams') return !contains(recorded.body, { StreamNames: answered.body['StreamNames'] });
  return !contains(answered.body, recorded.body);
}

const VOLATILE: ReadonlySet<string> = new Set([
  'SequenceNumber',
  'StartingSequenceNumber',
  'EndingSequenceNumber',
  'ShardIterator',
  'NextShardIterator',
  'NextToken',
  'MillisBehindLatest',
  'ApproximateArrivalTimestamp',
  'StreamCreationTimestamp',
]);

function contains(answered: unknown, recorded: unknown, name = ''): boolean {
  if (VOLATILE.has(name)) return (recorded === null || recorded === undefined) === (answered === null || answered === undefined);
  if (Array.isArray(recorded)) {
    return Array.isArray(answered) && answered.length === recorded.length && recorded.every((item, index) => contains(answered[index], item));
  }
  if (typeof recorded !== 'object' || recorded === null) return recorded === answered;
  const ours = (answered ?? {}) as Record<string, unknown>;
  return Object.entries(recorded).every(([member, value]) => contains(ours[member], value, member));
}
