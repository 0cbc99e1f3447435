import type { Clients } from '../clients.ts';
import { type DeadLetterSource, deadLetterSources, type System } from '../system.ts';
import { type DeadLetter, queueName } from './dead-letter.ts';
import { type LetterFilter, parseFilter } from './filter/filter.ts';
import { completed, indexedDeadLetters } from './index-entries.ts';
import { peekDeadLetters } from './peek.ts';

/** A message that is in no dead-letter queue. */
export class NoSuchDeadLetterError extends Error {
  constructor(key: string) {
    super(`No dead-letter queue holds a message with id, event id, correlation id or subject "${key}"`);
    this.name = 'NoSuchDeadLetterError';
  }
}

/** What reading dead letters needs. */
export interface LetterReading {
  readonly clients: Pick<Clients, 'sqs' | 'dynamodb'>;
  readonly receiveWaitSeconds: number;
  readonly system: System;
  readonly nowMs: number;
}

/** Which dead letters are meant: all, or those that the filter takes. */
export interface LetterSelection {
  /** A filter, as `parseFilter` reads it. */
  readonly where?: string | undefined;
}

/** The filter of a selection. @throws {FilterInvalid} */
export function filterOf({ where }: LetterSelection): LetterFilter {
  return where === undefined ? () => true : parseFilter(where);
}

/** What a dead-letter queue holds, completed from the index. */
export async function readSource({ clients, receiveWaitSeconds, system }: LetterReading, source: DeadLetterSource): Promise<DeadLetter[]> {
  const letters = await peekDeadLetters({ sqs: clients.sqs, receiveWaitSeconds }, source);
  if (letters.length === 0) return letters;
  return completed(letters, await indexedDeadLetters(clients.dynamodb, system.deadLetterIndexTableName, source.consumer));
}

/** The source that a name means: a consumer, one of its queues, or `bus`; `undefined` where it is none. */
export function sourceNamed(system: System, name: string): DeadLetterSource | undefined {
  const consumer = system.consumers.find(({ queueUrl }) => queueName(queueUrl) === name)?.consumer;
  return deadLetterSources(system).find((source) => source.consumer === (consumer ?? name) || queueName(source.deadLetterQueueUrl) === name);
}

/**
 * The dead letters that a key names, a message id, event id, correlation id, subject, a consumer for all of its, or `bus` for the bus's; without a key, all.
 * Throws `NoSuchDeadLetterError` where a key names none and nothing is filtered, and `FilterInvalid`.
 */
export async function showDeadLetters(
  reading: LetterReading,
  { key, ...selection }: { readonly key?: string | undefined } & LetterSelection,
): Promise<DeadLetter[]> {
  const isMeant = filterOf(selection);
  const named = key === undefined ? undefined : sourceNamed(reading.system, key);
  const sources = named ? [named] : deadLetterSources(reading.system);
  const isNamed = (letter: DeadLetter): boolean =>
    key === undefined || named !== undefined || [letter.messageId, letter.eventId, letter.correlationId, letter.subject].includes(key);
  const letters = await Promise.all(sources.map((source) => readSource(reading, source)));
  const found = letters.flat().filter((letter) => isNamed(letter) && isMeant(letter, reading.nowMs));
  if (found.length === 0 && key !== undefined && selection.where === undefined) throw new NoSuchDeadLetterError(key);
  return found;
}
