import type { Clients } from '../clients.ts';
import type { System } from '../system.ts';
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
 * The dead letters that a key names: a message id, event id, correlation id, subject, or a consumer for all of its.
 * Each is what its queue holds, completed from the index. Throws `NoSuchDeadLetterError`.
 */
export async function showDeadLetters(clients: Clients, system: System, key: string): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (const consumer of system.consumers) {
    const letters = await peekDeadLetters(clients.sqs, consumer);
    const named = letters.filter(
      (letter) => consumer.consumer === key || [letter.messageId, letter.eventId, letter.correlationId, letter.subject].includes(key),
    );
    if (named.length === 0) continue;
    const indexed = await indexedDeadLetters(clients.dynamodb, system.deadLetterIndexTableName, consumer.consumer);
    for (const letter of named) {
      const entry = indexed.find(({ sk }) => sk?.S === `${letter.source}#${letter.eventId}`);
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
