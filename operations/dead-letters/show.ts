import type { Clients } from '../clients.ts';
import { deadLetterSources, type System } from '../system.ts';
import type { DeadLetter } from './dead-letter.ts';
import { indexedDeadLetters } from './list.ts';
import { peekDeadLetters } from './peek.ts';

/** A message that is in no dead-letter queue. */
export class NoSuchDeadLetterError extends Error {
  constructor(key: string) {
    super(`No dead-letter queue holds a message with id, event id, correlation id or subject "${key}"`);
    this.name = 'NoSuchDeadLetterError';
  }
}

/**
 * The dead letters that a key names: a message id, event id, correlation id, subject, a consumer for all of its, or `bus` for the bus's.
 * Each is what its queue holds, completed from the index. Throws `NoSuchDeadLetterError`.
 */
export async function showDeadLetters(clients: Clients, system: System, key: string): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (const source of deadLetterSources(system)) {
    const { consumer } = source;
    const letters = await peekDeadLetters(clients.sqs, source);
    const named = letters.filter((letter) => consumer === key || [letter.messageId, letter.eventId, letter.correlationId, letter.subject].includes(key));
    if (named.length === 0) continue;
    const indexed = await indexedDeadLetters(clients.dynamodb, system.deadLetterIndexTableName, consumer);
    for (const letter of named) {
      const entry = indexed.find(({ sk, messageId }) => sk?.S === `${letter.source}#${letter.eventId}` || messageId?.S === letter.messageId);
      found.push({
        ...letter,
        reason: entry?.['reason']?.S ?? letter.reason,
        error: entry?.['error']?.S ?? letter.error,
        fingerprint: entry?.['fingerprint']?.S ?? letter.fingerprint,
        codeVersion: entry?.['codeVersion']?.S ?? letter.codeVersion,
        firstFailedAt: entry?.['firstFailedAt']?.S ?? letter.firstFailedAt,
        lastFailedAt: entry?.['lastFailedAt']?.S ?? letter.lastFailedAt,
      });
    }
  }
  if (found.length === 0) throw new NoSuchDeadLetterError(key);
  return found;
}
