import type { EventContract } from '../../../../schemas/index.ts';
import type { CommitRecord } from '../../commit-record.ts';
import type { Cause, Envelope } from '../../envelope.ts';
import { type Aggregate, fold } from '../../event-store/aggregate.ts';
import { history, type Loaded } from '../../event-store/load.ts';
import type { Ports } from '../../ports.ts';
import { tableReader } from '../../table.ts';
import { appendName, UnitOfWork } from '../../unit-of-work.ts';
import type { Attributes, Key, OutsideCall, Page, QueryInput } from '../../work.ts';
import { Effects } from './effects.ts';

/** What a shadow's unit of work is about. */
export interface ShadowWorkOptions {
  readonly ports: Ports;
  readonly cause: Cause;
  readonly identity: readonly string[];
  /** What was committed the first time. */
  readonly before: CommitRecord;
}

/**
 * A unit of work on a copy: it captures what the handler does, and has no commit. Its moment is that of the first time, and an event-sourced aggregate is loaded as it was just before the event took
 * effect on it. Items are read as they are now: nothing remembers what they were.
 */
export class ShadowWork extends UnitOfWork {
  /** Events that the cause had appended the first time. */
  readonly firstAppended = new Effects();
  readonly #ports: Ports;
  readonly #causeId: string;
  readonly #before: CommitRecord;
  #hasReadItems = false;

  constructor({ ports, cause, identity, before }: ShadowWorkOptions) {
    super({ ports, cause, identity, nowMs: Date.parse(momentOf(before)) });
    this.#ports = ports;
    this.#causeId = cause.id;
    this.#before = before;
  }

  /** Whether it has read items, which may have changed since. */
  get hasReadItems(): boolean {
    return this.#hasReadItems;
  }

  override get<T extends object = Attributes>(key: Key): Promise<T | undefined> {
    this.#hasReadItems = true;
    return super.get<T>(key);
  }

  override query<T extends object = Attributes>(input: QueryInput): Promise<Page<T>> {
    this.#hasReadItems = true;
    return super.query<T>(input);
  }

  override async load<State, C extends EventContract>(aggregate: Aggregate<State, C>, id: string): Promise<Loaded<State>> {
    const earlier: Envelope[] = [];
    let isOver = false;
    for await (const envelope of history(tableReader(this.#ports), aggregate, id)) {
      const isOfCause = envelope.causationid === this.#causeId;
      if (isOfCause) this.firstAppended.note('append', appendName(aggregate, id, envelope.type), envelope.data);
      isOver ||= isOfCause || envelope.time > (this.#before.committedAt ?? '');
      if (!isOver) earlier.push(envelope);
    }
    return { id, state: fold(aggregate, aggregate.initial, earlier), version: earlier.length, tip: undefined };
  }

  protected override store<State, C extends EventContract>(
    aggregate: Aggregate<State, C>,
    { id, state, version }: Loaded<State>,
    envelopes: readonly Envelope[],
  ): Loaded<State> {
    return { id, state: fold(aggregate, state, envelopes), version: version + envelopes.length, tip: undefined };
  }

  override outside<T>({ port, request, inShadow }: OutsideCall<T>): Promise<T> {
    return super.outside({ port, request, inShadow }, async () => inShadow());
  }
}

/** When the first attempt began: its events say so; without any, it was just before its commit. */
function momentOf({ events: [first] = [], committedAt }: CommitRecord): string {
  return first === undefined ? (committedAt ?? new Date(0).toISOString()) : (JSON.parse(first) as Envelope).time;
}
