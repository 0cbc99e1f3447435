import type { Collection } from '../../../kernel/collection.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { recordCodec, type StoredRecord } from '../../../languages/dynamodb-item/stream-record.ts';
import { keyOf } from './keys.ts';
import type { KeySchema, StreamDescriptor, StreamViewType, TableRecord } from './schema.ts';
import type { SizedChange } from './secondary-index.ts';
import type { KeptChange } from './table.ts';

/** Records are kept for 24 hours. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** A change of an item, and the two items as they are kept. */
export interface ItemChange extends SizedChange {
  readonly kept: KeptChange;
  readonly isExpiry: boolean;
}

/**
 * Writes the stream of one table.
 * Differs from AWS: a stream has one shard, so its records are in one order; AWS promises an order for each item only.
 */
export class StreamWriter {
  readonly descriptor: StreamDescriptor;
  readonly #kernel: Kernel;
  readonly #streams: Collection<StreamDescriptor>;
  readonly #records: Collection<StoredRecord>;
  /** When the oldest record was written, while that is known: it is asked for at each change, and lies where reading is dear. */
  #oldestMs: number | undefined;

  constructor(kernel: Kernel, streams: Collection<StreamDescriptor>, descriptor: StreamDescriptor) {
    this.#kernel = kernel;
    this.#streams = streams;
    this.descriptor = descriptor;
    this.#records = recordsOf(kernel, descriptor);
    for (const key of this.#records.keys()) descriptor.nextSequence = Math.max(descriptor.nextSequence, Number(key) + 1);
  }

  /** Appends the record of a change, says so to whoever reads the stream, and answers the record's sequence number. */
  append({ old, next, oldBytes, nextBytes, kept, isExpiry }: ItemChange): number {
    const { descriptor } = this;
    this.#trim();
    const { viewType, keySchema } = descriptor;
    const keys = keyOf(keySchema, (next ?? old) as Attributes);
    const newImage = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? kept.next : undefined;
    const oldImage = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? kept.old : undefined;
    const sizeBytes = itemSizeBytes(keys) + (newImage ? nextBytes : 0) + (oldImage ? oldBytes : 0);
    const name = !old ? 'INSERT' : !next ? 'REMOVE' : 'MODIFY';
    const sequence = descriptor.nextSequence;
    // The descriptor is not marked as changed: after a restart its count follows from the records.
    descriptor.nextSequence += 1;
    const keptKeys = newImage || oldImage ? undefined : keys;
    this.#records.put(String(sequence), { atMs: this.#kernel.nowMs(), name, keys: keptKeys, newImage, oldImage, sizeBytes, isExpiry });
    this.#kernel.notify(descriptor.arn);
    return sequence;
  }

  /** Ends the recording; what was written stays readable for the time of its retention. */
  close(): void {
    this.descriptor.closedMs = this.#kernel.nowMs();
    this.#streams.touch(this.descriptor.arn);
    this.#kernel.notify(this.descriptor.arn);
  }

  /** Drops records past retention. The first to go marks the descriptor, so that a restart with no record left counts on. */
  #trim(): void {
    const { descriptor } = this;
    const oldestMs = this.#kernel.nowMs() - RETENTION_MS;
    let isTrimmed = false;
    while (descriptor.firstSequence < descriptor.nextSequence) {
      this.#oldestMs ??= this.#records.get(String(descriptor.firstSequence))?.atMs;
      if (this.#oldestMs !== undefined && this.#oldestMs >= oldestMs) break;
      this.#oldestMs = undefined;
      this.#records.delete(String(descriptor.firstSequence));
      descriptor.firstSequence += 1;
      isTrimmed = true;
    }
    if (isTrimmed) this.#streams.touch(descriptor.arn);
  }
}

function recordsOf(kernel: Kernel, { tableName, label }: StreamDescriptor): Collection<StoredRecord> {
  return kernel.collection(`dynamodb.stream/${tableName}/${label}`, recordCodec);
}

/** Begins a stream: its label is the time, moved on where that is taken. */
export function newStream(
  kernel: Kernel,
  streams: Collection<StreamDescriptor>,
  table: { readonly record: Pick<TableRecord, 'name' | 'arn'>; readonly keySchema: KeySchema; readonly viewType: StreamViewType },
): StreamDescriptor {
  let labelMs = kernel.nowMs();
  const arnOf = (): string => `${table.record.arn}/stream/${labelOf(labelMs)}`;
  while (streams.has(arnOf())) labelMs += 1;
  const shardNumber = String(labelMs).padStart(20, '0');
  const descriptor: StreamDescriptor = {
    arn: arnOf(),
    label: labelOf(labelMs),
    tableName: table.record.name,
    viewType: table.viewType,
    keySchema: table.keySchema,
    createdMs: kernel.nowMs(),
    shardId: `shardId-${shardNumber}-${kernel.chance.text(8, '0123456789abcdef')}`,
    closedMs: undefined,
    firstSequence: 1,
    nextSequence: 1,
    policy: undefined,
  };
  streams.put(descriptor.arn, descriptor);
  return descriptor;
}

/** `2026-01-01T00:00:00.000` */
function labelOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1);
}

/** Forgets closed streams whose last record is past retention. */
export function forgetClosedStreams(kernel: Kernel, streams: Collection<StreamDescriptor>): void {
  for (const [arn, descriptor] of streams.entries()) {
    if (descriptor.closedMs === undefined || descriptor.closedMs + RETENTION_MS > kernel.nowMs()) continue;
    recordsOf(kernel, descriptor).clear();
    streams.delete(arn);
  }
}
