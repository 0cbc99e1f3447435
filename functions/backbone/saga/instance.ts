import type { Key } from '../work.ts';

/** An instance of a saga, as its machine writes it. */
export interface SagaItem extends Key {
  readonly entity: 'SAGA';
  readonly saga: string;
  readonly sagaId: string;
  readonly state: 'RUNNING' | 'COMPENSATING' | 'STUCK' | 'COMPLETED' | 'CANCELLED';
  /** The step that was begun last. */
  readonly step?: string;
  /** Name of the execution that leads it: no other changes it. */
  readonly execution: string;
  readonly round: number;
  readonly correlationid: string;
  /** By step, since when its undo is registered. */
  readonly registered: Readonly<Record<string, string>>;
  /** By step, what it answered, as JSON text. */
  readonly results: Readonly<Record<string, string>>;
  /** By step, since when it is undone. */
  readonly undone: Readonly<Record<string, string>>;
  readonly failure?: { readonly step: string; readonly error: string; readonly reason: string };
}

/** Key of an instance. */
export const sagaKeyOf = (sagaId: string): Key => ({ pk: `SAGA#${sagaId}`, sk: 'SAGA' });
