import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clients } from '../clients.ts';
import { listAggregates } from './inspector.ts';

/** A person whose personal data nobody can read any more. */
export interface ForgottenSubject {
  readonly subject: string;
  /** The services that had a key of the person, and their aggregates. */
  readonly forgottenBy: readonly { readonly context: string; readonly types: readonly string[] }[];
}

/** No service has a key of that person. */
export class NoSuchSubjectError extends Error {
  constructor(subject: string, types: readonly string[]) {
    super(`No service has personal data of ${subject} under a key: neither of ${types.join(', ') || 'any aggregate'}. It never had, or has forgotten it`);
    this.name = 'NoSuchSubjectError';
  }
}

/**
 * Deletes a person's key in the table of each service that keeps aggregates: with it goes what aggregates have sealed under it, in every version, snapshot and copy. It cannot be undone.
 * @throws {NoSuchSubjectError}
 */
export async function forgetSubject(clients: Pick<Clients, 'ssm' | 'dynamodb'>, { subject }: { readonly subject: string }): Promise<ForgottenSubject> {
  const known = await listAggregates(clients);
  const forgottenBy: { context: string; types: string[] }[] = [];
  for (const tableName of new Set(known.map((one) => one.tableName))) {
    const ofTable = known.filter((one) => one.tableName === tableName);
    // The key's place, as `functions/backbone/event-store/keys.ts` has it.
    const Key = { pk: { S: `SUBJECT#${subject}` }, sk: { S: 'KEY' } };
    const { Attributes } = await clients.dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key, ReturnValues: 'ALL_OLD' }));
    if (Attributes) forgottenBy.push({ context: ofTable[0]?.context ?? '', types: ofTable.map(({ type }) => type) });
  }
  if (forgottenBy.length > 0) return { subject, forgottenBy };
  throw new NoSuchSubjectError(
    subject,
    known.map(({ type }) => type),
  );
}
