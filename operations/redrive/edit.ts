import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clients } from '../clients.ts';
import { letterBody } from '../dead-letters/body.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { contractOf } from '../flow/summary.ts';
import type { System } from '../system.ts';

/** A letter's change: what it is sent with instead, what differs, and who did it. */
export interface LetterEdit {
  readonly payload: string;
  readonly original: string;
  readonly changes: readonly Change[];
  readonly by: string;
  readonly because: string | undefined;
}

/** One member of the data that differs. A side that lacks it is undefined. */
export interface Change {
  /** `data.lines.0.sku` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The message cannot be edited: it is no event of a known schema, or nothing would change. */
export class NotEditableError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'NotEditableError';
  }
}

/**
 * Makes the change of a letter: other data in the same envelope, checked against the closed form of its schema. The envelope stays as it is, its `id` above all:
 * consumers know an event by it, so of original and edited copy one takes effect at most.
 * @throws {NotEditableError} and {SchemaInvalid}
 */
export function editOf(
  letter: DeadLetter,
  { data, by, because }: { readonly data: unknown; readonly by: string; readonly because?: string | undefined },
): LetterEdit {
  const body = letterBody(letter.payload);
  const { type } = body?.envelope ?? {};
  if (!body || type === undefined)
    throw new NotEditableError(`Message ${letter.messageId} holds no event. Mend its producer; \`tickertape events send\` sends a good event`);
  const { envelope } = body;
  const contract = contractOf({ ...envelope, type });
  if (!contract)
    throw new NotEditableError(`Message ${letter.messageId} is of no known schema (${envelope.dataschema ?? 'none'}), so that an edit could not be checked`);
  contract.parseClosed(data);
  const changes = changesBetween(envelope.data, data);
  if (changes.length === 0) throw new NotEditableError('Nothing is changed');
  return { payload: body.withData(data), original: letter.payload, changes, by, because };
}

/** Members that differ, by path from `root` on. Walks without recursion: data may be as deep as it likes. */
export function changesBetween(before: unknown, after: unknown, root = 'data'): Change[] {
  const changes: Change[] = [];
  const waiting: { readonly path: string; readonly before: unknown; readonly after: unknown }[] = [{ path: root, before, after }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { path, before: one, after: other } = next;
    if (isContainer(one) && isContainer(other) && Array.isArray(one) === Array.isArray(other)) {
      for (const name of new Set([...Object.keys(one), ...Object.keys(other)]))
        waiting.push({ path: path === '' ? name : `${path}.${name}`, before: one[name], after: other[name] });
    } else if (JSON.stringify(one) !== JSON.stringify(other)) changes.push(next);
  }
  return changes.sort((a, b) => a.path.localeCompare(b.path));
}

const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Seconds that the record of an edit is kept: longer than the commit of the edited event. */
const KEPT_SECONDS = 60 * 24 * 60 * 60;

/** Writes down an edit beside the index: the original, what was changed, by whom, why. It is there before the edited copy is sent. */
export async function recordEdit(
  { dynamodb }: Pick<Clients, 'dynamodb'>,
  system: Pick<System, 'deadLetterIndexTableName'>,
  {
    consumer,
    message,
    edit,
    jobId,
    nowMs,
  }: {
    readonly consumer: string;
    readonly message: { readonly eventKey: string; readonly messageId: string };
    readonly edit: LetterEdit;
    readonly jobId: string;
    readonly nowMs: number;
  },
): Promise<void> {
  const texts = {
    pk: `EDIT#${consumer}`,
    sk: `${message.eventKey}#${jobId}`,
    messageId: message.messageId,
    original: edit.original,
    changes: JSON.stringify(edit.changes),
    by: edit.by,
    at: new Date(nowMs).toISOString(),
    ...(edit.because !== undefined && { because: edit.because }),
  };
  const item = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { S: text }]));
  await dynamodb.send(
    new PutItemCommand({ TableName: system.deadLetterIndexTableName, Item: { ...item, expiresAt: { N: String(Math.floor(nowMs / 1000) + KEPT_SECONDS) } } }),
  );
}
