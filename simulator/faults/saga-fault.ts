/** How often a fault strikes: at the first so many attempts, at each attempt, or until the saga has told that it is stuck. */
export type Times = number | 'always' | 'until-stuck';

/** When what was held back arrives: as the saga goes on to its next command, or after it has ended. */
export type Release = 'next-command' | 'end';

/** What goes wrong with one task of a saga: a step, or the undo of one. */
export type SagaFault =
  | { readonly kind: 'none' }
  /** The participant says no, and has done nothing. */
  | { readonly kind: 'refused' }
  /** The task fails before its effect takes place, or after it did. */
  | { readonly kind: 'fails'; readonly effect: 'before' | 'after'; readonly times: Times }
  | { readonly kind: 'command-lost'; readonly times: Times }
  | { readonly kind: 'command-late'; readonly times: Times; readonly release: Release }
  | { readonly kind: 'command-doubled' }
  | { readonly kind: 'reply-lost'; readonly times: Times }
  | { readonly kind: 'reply-late'; readonly times: Times; readonly release: Release }
  | { readonly kind: 'reply-doubled' }
  /** The participant's process ends before the SDK call with that number, from 0; after the last one where the number is that of all calls. */
  | { readonly kind: 'crash'; readonly call: number }
  /** Somebody stops the execution: as it begins, when the task was asked for, or when the task was done and its reply is on the way. */
  | { readonly kind: 'stopped'; readonly when: 'begun' | 'asked' | 'done' };

/** A task of a saga. Its name is the step's, of an undo with `#undo` behind it. */
export interface SagaTask {
  readonly step: string;
  readonly direction: 'step' | 'undo';
}

/** One run: a fault at a task, and the refusal that brings the saga to compensate where the task is an undo. */
export interface SagaCase {
  /** Names the case: `ReserveInventory/reply-lost-once`. */
  readonly id: string;
  readonly task: SagaTask;
  /** The fault in words, the same for the same fault at another task. */
  readonly label: string;
  readonly fault: SagaFault;
  /** Step whose refusal makes the saga compensate. */
  readonly refuses: string | undefined;
}

/** Name of a task, as keys and messages have it. */
export const taskName = ({ step, direction }: SagaTask): string => (direction === 'undo' ? `${step}#undo` : step);
