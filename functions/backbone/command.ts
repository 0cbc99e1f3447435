import type { Contract } from '../../schemas/index.ts';
import type { Answer, HttpFunction } from './http.ts';
import type { Work } from './work.ts';

/** What a command handler declares. */
export interface CommandOptions<Type extends string, Data> {
  /** Part of the idempotency key: it must never change. */
  readonly name: string;
  readonly on: Contract<Type, Data, 'command'>;
}

/** A command as it was received. */
export interface Command<Data> {
  /** The caller's `Idempotency-Key`. */
  readonly id: string;
  readonly data: Data;
  /** When it was received: ISO 8601. */
  readonly receivedAt: string;
  readonly correlationId: string;
}

/** Handles a command, and answers. What it puts into `work` is committed with the answer; a repetition gets the same answer and does nothing. */
export type CommandHandler<Data> = (command: Command<Data>, work: Work) => Promise<Answer> | Answer;

/** Makes the Lambda handler of a command behind an HTTP API, idempotent by the header `Idempotency-Key`. */
export function command<Type extends string, Data>(options: CommandOptions<Type, Data>, handle: CommandHandler<Data>): HttpFunction {
  throw new Error(`${options.name} ${handle.name}`);
}
