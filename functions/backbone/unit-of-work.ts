import {
  PutItemCommand,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { EventContract, Payload } from '../../schemas/index.ts';
import { type CommitRecord, completed } from './commit-record.ts';
import { type Effect, Effects, fingerprintsOf } from './delivery/replays/effects.ts';
import { type Cause, type Envelope, envelopeOf } from './envelope.ts';
import { ConflictError, RetryableError } from './errors.ts';
import type { Aggregate } from './event-store/aggregate.ts';
import { type Appended, appended } from './event-store/append.ts';
import { APPEND_MS_MAX } from './event-store/feed.ts';
import { type KeyStore, tableKeys } from './event-store/keys.ts';
import { envelopesOf, type Loaded, load } from './event-store/load.ts';
import { sealedBy } from './event-store/seal.ts';
import { derivedUuid } from './identity.ts';
import { type Ports, required } from './ports.ts';
import { fromItem, tableReader, toItem } from './table.ts';
import type { Attributes, Conditional, EmitOptions, Expression, Key, OutsideCall, Page, QueryInput, Reader, Work } from './work.ts';

/** A transaction has at most 100 writes, and one is the commit record. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const WRITES_MAX = 99;

/** An item has at most 400 KB; the rest of the commit record needs little. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const EVENTS_BYTES_MAX = 390 * 1024;

/** The write of the commit record itself: the first in the transaction, for its failed condition is the duplicate. */
export type Claim =
  | { readonly kind: 'put'; readonly record: Key & Attributes; readonly condition: Expression }
  | { readonly kind: 'update'; readonly key: Key; readonly token: string };

/** How a commit ended. `duplicate`: the claim's condition did not hold, and this is what was there. */
export type CommitOutcome = { readonly outcome: 'committed' } | { readonly outcome: 'duplicate'; readonly existing: CommitRecord | undefined };

/** What a unit of work is about. */
export interface UnitOfWorkOptions {
  readonly ports: Ports;
  readonly cause: Cause;
  /** What ids are derived from: consumer, epoch and cause. */
  readonly identity: readonly string[];
  /** Whether its commit remembers what it did, so that a shadow replay can be compared with it. @default false */
  readonly remembersEffects?: boolean;
  /** @default now */
  readonly nowMs?: number;
}

/** Collects what a handler wants, and commits it once. */
export class UnitOfWork implements Work {
  readonly now: string;
  readonly #ports: Ports;
  readonly #reader: Reader;
  readonly #cause: Cause;
  /** What ids are derived from: consumer, epoch and cause. */
  readonly #identity: readonly string[];
  readonly #writes: TransactWriteItem[] = [];
  readonly #keys = new Set<string>();
  readonly #events: Envelope[] = [];
  readonly #effects = new Effects();
  readonly #remembersEffects: boolean;
  readonly #startedMs: number;
  #hasAppended = false;
  readonly #subjects: KeyStore;
  /** Appends with personal data: the key is read, or made, when they are committed. */
  readonly #unsealed: Appended<unknown>[] = [];
  /** Events that were emitted or appended: part of their ids. */
  #eventCount = 0;

  constructor({ ports, cause, identity, remembersEffects = false, nowMs = ports.nowMs() }: UnitOfWorkOptions) {
    this.now = new Date(nowMs).toISOString();
    this.#startedMs = nowMs;
    this.#remembersEffects = remembersEffects;
    this.#ports = ports;
    this.#reader = tableReader(ports);
    this.#subjects = tableKeys(ports);
    this.#cause = cause;
    this.#identity = identity;
  }

  /** All that was collected, in order. */
  get effects(): readonly Effect[] {
    return this.#effects.all;
  }

  get<T extends object = Attributes>(key: Key): Promise<T | undefined> {
    return this.#reader.get<T>(key);
  }

  query<T extends object = Attributes>(input: QueryInput): Promise<Page<T>> {
    return this.#reader.query<T>(input);
  }

  put<T extends Key>(item: T, options?: Conditional): void {
    this.#write('Put', item, this.#putOf(item, options));
  }

  #putOf(item: object, options?: Conditional): TransactWriteItem {
    return { Put: { ...this.#table(), Item: toItem(item), ...conditionOf(options?.condition) } };
  }

  update(key: Key, change: Expression, options?: Conditional): void {
    const { condition } = options ?? {};
    this.#write('Update', key, {
      Update: {
        ...this.#table(),
        Key: toItem({ pk: key.pk, sk: key.sk }),
        UpdateExpression: change.expression,
        ConditionExpression: condition?.expression,
        ...placeholdersOf(change, condition),
      },
    });
  }

  delete(key: Key, options?: Conditional): void {
    this.#write('Delete', key, { Delete: { ...this.#table(), Key: toItem({ pk: key.pk, sk: key.sk }), ...conditionOf(options?.condition) } });
  }

  check(key: Key, condition: Expression): void {
    const { expression } = condition;
    this.#write('Check', key, {
      ConditionCheck: { ...this.#table(), Key: toItem({ pk: key.pk, sk: key.sk }), ConditionExpression: expression, ...placeholdersOf(condition) },
    });
  }

  emit(payload: Payload, options: EmitOptions = {}): void {
    this.#effects.note('emit', payload.type, { subject: payload.subject, data: payload.data });
    this.#events.push(this.#envelope(payload, { time: options.time ?? this.now, sequence: options.sequence }));
  }

  load<State, C extends EventContract>(aggregate: Aggregate<State, C>, id: string): Promise<Loaded<State>> {
    return load(this.#reader, aggregate, id, this.#subjects);
  }

  append<State, C extends EventContract>(aggregate: Aggregate<State, C>, loaded: Loaded<State>, payloads: readonly Payload[]): Loaded<State> {
    // The clocks of two functions differ; the times of a stream do not go back.
    const latest = loaded.tip && envelopesOf({ events: loaded.tip.events.slice(-1) })[0]?.time;
    const time = latest !== undefined && latest > this.now ? latest : this.now;
    const envelopes = payloads.map((payload, index) => this.#envelope(payload, { time, sequence: loaded.version + 1 + index }));
    for (const { type, data } of envelopes) this.#effects.note('append', appendName(aggregate, loaded.id, type), data);
    return this.store(aggregate, loaded, envelopes);
  }

  /** Adds the envelopes to the stream of an aggregate. */
  protected store<State, C extends EventContract>(aggregate: Aggregate<State, C>, loaded: Loaded<State>, envelopes: readonly Envelope[]): Loaded<State> {
    this.#hasAppended = true;
    const made = appended(aggregate, loaded, envelopes);
    if (made.tip.subject === undefined) this.#keep(made);
    else this.#unsealed.push(made);
    return made.loaded;
  }

  #keep({ tip, condition, moved }: Appended<unknown>): void {
    this.#add(tip, this.#putOf(tip, { condition }));
    for (const item of moved) this.#add(item, this.#putOf(item));
  }

  outside<T>({ port, request }: OutsideCall<T>, perform: () => Promise<T>): Promise<T> {
    this.#effects.note('outside', port, request);
    return perform();
  }

  #envelope(payload: Payload, { time, sequence }: { readonly time: string; readonly sequence: number | undefined }): Envelope {
    const id = derivedUuid(...this.#identity, 'event', this.#eventCount);
    this.#eventCount += 1;
    return envelopeOf(payload, { id, time, cause: this.#cause, sequence });
  }

  id(purpose: string): string {
    return derivedUuid(...this.#identity, 'id', purpose);
  }

  /**
   * Writes all that was collected, and the commit record, in one request: a transaction, or a single write where there is no state.
   * @throws {ConflictError} where a condition on state did not hold, or where events were appended and the unit is older than `APPEND_MS_MAX`
   */
  async commit(claim: Claim, answer?: string): Promise<CommitOutcome> {
    for (const made of this.#unsealed) this.#keep(await sealedBy(this.#subjects, made));
    const events = this.#events.map((event) => JSON.stringify(event));
    const eventsBytes = events.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (eventsBytes > EVENTS_BYTES_MAX)
      throw new RangeError(`The events of one unit of work have ${eventsBytes} bytes; a commit record holds at most ${EVENTS_BYTES_MAX}`);
    const effects = this.#remembersEffects && this.effects.length > 0 ? fingerprintsOf(this.effects, this.now) : undefined;
    // The feed takes what is older than this as complete: see `feed.ts`.
    if (this.#hasAppended && this.#ports.nowMs() - this.#startedMs > APPEND_MS_MAX)
      throw new ConflictError('The unit of work is too old for the times of its events');
    const attributes = completed({ events, nowMs: this.#ports.nowMs(), answer, effects });
    const head = claim.kind === 'put' ? this.#putHead(claim, attributes) : this.#updateHead(claim, attributes);
    try {
      if (this.#writes.length > 0) await this.#ports.dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [head, ...this.#writes] }));
      else if (head.Put) await this.#ports.dynamodb.send(new PutItemCommand(head.Put));
      else if (head.Update) await this.#ports.dynamodb.send(new UpdateItemCommand(head.Update));
      return { outcome: 'committed' };
    } catch (error) {
      return outcomeOfFailure(error);
    }
  }

  #putHead({ record, condition }: Extract<Claim, { kind: 'put' }>, attributes: Attributes): TransactWriteItem {
    return { Put: { ...this.#table(), Item: toItem({ ...record, ...attributes }), ...conditionOf(condition), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } };
  }

  #updateHead({ key, token }: Extract<Claim, { kind: 'update' }>, attributes: Attributes): TransactWriteItem {
    const names = Object.keys(attributes);
    return {
      Update: {
        ...this.#table(),
        Key: toItem({ ...key }),
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE #token, leaseUntilMs, attempts`,
        ConditionExpression: '#status = :inProgress AND #token = :token',
        ExpressionAttributeNames: { '#token': 'token', ...Object.fromEntries(names.map((name) => [`#${name}`, name])) },
        ExpressionAttributeValues: toItem({
          ':inProgress': 'INPROGRESS',
          ':token': token,
          ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
        }),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    };
  }

  #table(): { readonly TableName: string } {
    return { TableName: required(this.#ports.environment, 'TABLE_NAME') };
  }

  #write(kind: string, key: Key, write: TransactWriteItem): void {
    this.#add(key, write);
    this.#effects.note('write', `${kind} ${key.pk} ${key.sk}`, { ...Object.values(write)[0], TableName: undefined });
  }

  #add({ pk, sk }: Key, write: TransactWriteItem): void {
    const key = JSON.stringify([pk, sk]);
    if (this.#keys.has(key)) throw new RangeError(`A unit of work writes an item once; ${pk} ${sk} is written twice`);
    if (this.#writes.length >= WRITES_MAX) throw new RangeError(`A unit of work has at most ${WRITES_MAX} writes`);
    this.#keys.add(key);
    this.#writes.push(write);
  }
}

/** Names the append of an event. */
export const appendName = (aggregate: Pick<Aggregate<unknown>, 'type'>, id: string, eventType: string): string => `${eventType} of ${aggregate.type} ${id}`;

function conditionOf(condition: Expression | undefined): Record<string, unknown> {
  return condition ? { ConditionExpression: condition.expression, ...placeholdersOf(condition) } : {};
}

/** DynamoDB refuses empty maps, so that what no expression needs is left out. */
function placeholdersOf(...expressions: readonly (Expression | undefined)[]): Record<string, unknown> {
  const names = Object.assign({}, ...expressions.map((expression) => expression?.names)) as Record<string, string>;
  const values = Object.assign({}, ...expressions.map((expression) => expression?.values)) as Attributes;
  return {
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: toItem(values) }),
  };
}

/** Reads the failure of a commit: the claim is the first write, so its reason is looked at first. */
function outcomeOfFailure(error: unknown): CommitOutcome {
  const name = error instanceof Error ? error.name : '';
  if (name === 'ConditionalCheckFailedException') return duplicateOf((error as { Item?: Parameters<typeof fromItem>[0] }).Item);
  if (name === 'TransactionInProgressException') throw new ConflictError('The transaction is still in progress', { cause: error });
  if (name !== 'TransactionCanceledException') throw error;
  const reasons = (error as TransactionCanceledException).CancellationReasons ?? [];
  const [claim] = reasons;
  if (claim?.Code === 'ConditionalCheckFailed') return duplicateOf(claim.Item);
  const codes = new Set(reasons.map(({ Code }) => Code));
  if (codes.has('ConditionalCheckFailed') || codes.has('TransactionConflict'))
    throw new ConflictError('State changed while the unit of work ran', { cause: error });
  if (codes.has('ThrottlingError') || codes.has('ProvisionedThroughputExceeded')) throw new RetryableError('The table is throttled', { cause: error });
  throw error;
}

function duplicateOf(item: Parameters<typeof fromItem>[0] | undefined): CommitOutcome {
  return { outcome: 'duplicate', existing: item && (fromItem(item) as unknown as CommitRecord) };
}
