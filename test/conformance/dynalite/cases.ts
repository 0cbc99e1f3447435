/** What a message must be: itself, like a pattern, or made of these parts in any order. */
export type ExpectedMessage = string | { readonly regex: string } | { readonly anyOf: readonly (string | { readonly regex: string })[] };

/** One refused request. */
export interface ErrorCase {
  readonly id: string;
  readonly target: string;
  readonly request: object;
  readonly expectedMessage: ExpectedMessage;
  readonly httpStatus: number;
  readonly response: { readonly __type?: string };
}

/** The requests of one test with what dynalite answered; where the test asserts an error it is DynamoDB's. */
export interface SequenceCase {
  readonly id: string;
  readonly steps: readonly { readonly target: string; readonly body: string; readonly status: number; readonly response: string }[];
}

/** An answer, parsed. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export const codeOf = (body: Record<string, unknown>): string | undefined => (body['__type'] as string | undefined)?.split('#').at(-1);

export const messageOf = (body: Record<string, unknown>): string => String(body['message'] ?? body['Message'] ?? '');

/** Whether a message is the expected one. */
export function isMessage(expected: ExpectedMessage, message: string): boolean {
  if (typeof expected === 'string') return expected === message;
  if ('regex' in expected) return new RegExp(expected.regex).test(message);
  const counted = /^(\d+) validation errors? detected: /.exec(message);
  if (!counted || Number(counted[1]) !== expected.anyOf.length) return false;
  return expected.anyOf.every((part) => (typeof part === 'string' ? message.includes(part) : new RegExp(part.regex).test(message)));
}

/**
 * Where an answer differs from dynalite's. Tables are described more fully today, and when a table was made is no matter: there what was recorded has to be in the answer.
 * The order of a batch's items and of a scan, and where a page of a scan ends, follow from hashes that are DynamoDB's own.
 */
export function answersDiffer(target: string, recorded: JsonAnswer, answered: JsonAnswer): boolean {
  if (recorded.status !== answered.status) return true;
  if (recorded.status !== 200) return !isSameMessage(messageOf(recorded.body), messageOf(answered.body)) || codeOf(recorded.body) !== codeOf(answered.body);
  const operation = target.split('.')[1] ?? '';
  // The account was shared: tests that ran at the same time had tables too.
  if (operation === 'ListTables') return !contains(recorded.body, answered.body);
  if (/Table|Tag|TimeToLive/.test(operation)) return !contains(answered.body, recorded.body);
  return text(comparable(recorded.body, operation)) !== text(comparable(answered.body, operation));
}

/** Which token a syntax error names is the parser's own: dynalite says what it would have expected. */
function isSameMessage(recorded: string, answered: string): boolean {
  const end = recorded.indexOf('Syntax error; Expected');
  return end < 0 ? recorded === answered : answered.startsWith(`${recorded.slice(0, end)}Syntax error; `);
}

/** Times, ids, and a member that DynamoDB has given up again. */
const VOLATILE: ReadonlySet<string> = new Set([
  'TableId',
  'CreationDateTime',
  'LastIncreaseDateTime',
  'LastDecreaseDateTime',
  'LastUpdateToPayPerRequestDateTime',
  'TableThroughputModeSummary',
]);

function contains(answered: unknown, recorded: unknown): boolean {
  if (Array.isArray(recorded)) return Array.isArray(answered) && recorded.every((item) => answered.some((one) => contains(one, item)));
  if (typeof recorded !== 'object' || recorded === null) return recorded === answered;
  const ours = (answered ?? {}) as Record<string, unknown>;
  return Object.entries(recorded).every(([name, member]) => VOLATILE.has(name) || contains(ours[name], member));
}

function comparable(body: Record<string, unknown>, operation: string): unknown {
  const copy = structuredClone(body);
  if (operation === 'Scan') {
    delete copy['LastEvaluatedKey'];
    delete copy['ScannedCount'];
    sortItems(copy, 'Items');
  }
  if (operation === 'BatchGetItem')
    for (const table of Object.keys((copy['Responses'] ?? {}) as object)) sortItems(copy['Responses'] as Record<string, unknown>, table);
  return copy;
}

function sortItems(holder: Record<string, unknown>, name: string): void {
  const items = holder[name];
  if (Array.isArray(items)) items.sort((one, other) => (text(one) < text(other) ? -1 : 1));
}

/** JSON with sorted names. */
function text(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
