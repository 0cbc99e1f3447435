import type { Collection } from '../../../kernel/collection.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Codec } from '../../../kernel/packed/slabs.ts';
import type { BusEvent } from '../event.ts';

/** An archive, without what it holds. */
export interface Archive {
  readonly name: string;
  readonly arn: string;
  /** Part of what the archive's rule hands to the service behind it. */
  readonly uuid: string;
  readonly busName: string;
  readonly busArn: string;
  readonly description: string | undefined;
  readonly pattern: string | undefined;
  /** 0 is for ever. */
  readonly retentionDays: number;
  readonly createdMs: number;
}

/** The event's text, what it counts for, its own time, and when it was archived. A tuple, for there are many. */
export type ArchivedEvent = readonly [text: string, sizeBytes: number, timeMs: number, archivedMs: number];

/** Three numbers and the text. */
const eventCodec: Codec<ArchivedEvent> = {
  encode: ([text, sizeBytes, timeMs, archivedMs]) => [sizeBytes, timeMs, archivedMs, text].join(' '),
  decode: (packed) => {
    const kept = packed as string;
    const sizeEnd = kept.indexOf(' ');
    const timeEnd = kept.indexOf(' ', sizeEnd + 1);
    const archivedEnd = kept.indexOf(' ', timeEnd + 1);
    return [kept.slice(archivedEnd + 1), Number(kept.slice(0, sizeEnd)), Number(kept.slice(sizeEnd, timeEnd)), Number(kept.slice(timeEnd, archivedEnd))];
  },
};

/** What is derived of an archive's events. */
interface Contents {
  /** Keys in the order in which they were archived; those before `first` have expired. */
  keys: string[];
  first: number;
  /** When the event of `first` was archived, while that is known: it is asked for as each event comes, and lies where reading is dear. */
  oldestMs: number | undefined;
  sizeBytes: number;
  /** Keys by the minute of the event's own time. */
  readonly minutes: Map<number, string[]>;
}

export interface ArchiveStore {
  readonly kernel: Kernel;
  readonly archives: Collection<Archive>;
  /** By `archive/number`. One record an event: archiving writes nothing but the event. */
  readonly events: Collection<ArchivedEvent>;
  readonly contents: Map<string, Contents>;
  nextNumber: number;
  /** Time that an event takes to arrive: until then it is kept, and neither counted nor replayed. */
  delayMs: number;
}

const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** Bytes that an event's time counts for, which is its text: ten events of 139 other bytes made 1,590 on AWS. */
const TIME_BYTES = 20;

/** Expired keys kept before the list is cut. */
const EXPIRED_KEYS_MAX = 1024;

/** Opens the archives with what they held. */
export function openArchives(kernel: Kernel): ArchiveStore {
  const archives = kernel.collection<Archive>('events.archives');
  const events = kernel.collection('events.archived', eventCodec);
  const store: ArchiveStore = { kernel, archives, events, contents: new Map(), nextNumber: 0, delayMs: 0 };
  const numbered = [...events.keys()].map((key) => ({ key, number: Number(key.slice(key.indexOf('/') + 1)) }));
  for (const { key, number } of numbered.sort((a, b) => a.number - b.number)) {
    index(store, key, events.get(key) as ArchivedEvent);
    store.nextNumber = number + 1;
  }
  return store;
}

function contentsOf({ contents }: ArchiveStore, archiveName: string): Contents {
  let found = contents.get(archiveName);
  if (!found) {
    found = { keys: [], first: 0, oldestMs: undefined, sizeBytes: 0, minutes: new Map() };
    contents.set(archiveName, found);
  }
  return found;
}

function index(store: ArchiveStore, key: string, [, sizeBytes, timeMs]: ArchivedEvent): void {
  const contents = contentsOf(store, key.slice(0, key.indexOf('/')));
  contents.keys.push(key);
  contents.sizeBytes += sizeBytes;
  const minute = Math.floor(timeMs / MINUTE_MS);
  const ofMinute = contents.minutes.get(minute);
  if (ofMinute) ofMinute.push(key);
  else contents.minutes.set(minute, [key]);
}

/**
 * Has events take this long to arrive in archives, so that a replay of the last minutes misses some.
 * Differs from AWS: without it they are there at once; there it can take ten minutes.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
 */
export function setArchiveDelay(store: ArchiveStore, delayMs: number): void {
  store.delayMs = delayMs;
}

/** Whether an event has arrived in its archive. */
export function hasArrived({ kernel, delayMs }: ArchiveStore, [, , , archivedMs]: ArchivedEvent): boolean {
  return archivedMs + delayMs <= kernel.nowMs();
}

/** Keeps an event. */
export function archiveEvent(
  store: ArchiveStore,
  { event, archiveName, cause }: { readonly event: BusEvent; readonly archiveName: string; readonly cause: number },
): void {
  const archive = store.archives.get(archiveName);
  if (!archive) return;
  expire(store, archive);
  // Joined, the text is one flat piece; a template leaves it in pieces for as long as it is kept.
  const key = [archiveName, store.nextNumber].join('/');
  store.nextNumber += 1;
  const archived: ArchivedEvent = [event.text, sizeOf(event), Date.parse(String(event.value['time'])), store.kernel.nowMs()];
  store.events.put(key, archived);
  index(store, key, archived);
  store.kernel.journal.append({ service: 'eventbridge', kind: 'event-archived', arn: archive.arn, cause, detail: { id: event.id } });
}

function sizeOf({ source, detailType, writtenDetail, resources }: BusEvent): number {
  let bytes = TIME_BYTES + Buffer.byteLength(source) + Buffer.byteLength(detailType) + Buffer.byteLength(writtenDetail);
  for (const resource of resources) bytes += Buffer.byteLength(resource);
  return bytes;
}

/** Drops what the archive keeps no longer. It is done when the archive is looked at or grows: no timer waits for days. */
function expire(store: ArchiveStore, { name, retentionDays }: Archive): void {
  const contents = store.contents.get(name);
  if (!contents || retentionDays === 0) return;
  const expiredMs = store.kernel.nowMs() - retentionDays * DAY_MS;
  for (; contents.first < contents.keys.length; contents.first += 1) {
    if (contents.oldestMs !== undefined && contents.oldestMs > expiredMs) break;
    const key = contents.keys[contents.first] as string;
    const event = store.events.get(key);
    contents.oldestMs = event?.[3];
    if (event && event[3] > expiredMs) break;
    if (event) forget(store, contents, { key, event });
    contents.oldestMs = undefined;
  }
  if (contents.first <= EXPIRED_KEYS_MAX) return;
  contents.keys = contents.keys.slice(contents.first);
  contents.first = 0;
}

function forget(store: ArchiveStore, contents: Contents, { key, event: [, sizeBytes, timeMs] }: { readonly key: string; readonly event: ArchivedEvent }): void {
  store.events.delete(key);
  contents.sizeBytes -= sizeBytes;
  const minute = Math.floor(timeMs / MINUTE_MS);
  const ofMinute = contents.minutes.get(minute) ?? [];
  ofMinute.splice(ofMinute.indexOf(key), 1);
  if (ofMinute.length === 0) contents.minutes.delete(minute);
}

/** How many events have arrived in an archive, and their size. */
export function measureArchive(store: ArchiveStore, archive: Archive): { readonly count: number; readonly sizeBytes: number } {
  expire(store, archive);
  const { keys, first, sizeBytes } = contentsOf(store, archive.name);
  let end = keys.length;
  let arrivedBytes = sizeBytes;
  for (; end > first; end -= 1) {
    const event = store.events.get(keys[end - 1] as string);
    if (event && hasArrived(store, event)) break;
    arrivedBytes -= event?.[1] ?? 0;
  }
  return { count: end - first, sizeBytes: arrivedBytes };
}

/** The minutes of event time, earliest first, of which an archive holds events. */
export function minutesOf(store: ArchiveStore, archive: Archive): number[] {
  expire(store, archive);
  return [...contentsOf(store, archive.name).minutes.keys()].sort((a, b) => a - b);
}

/** Keys of the events of a minute. */
export function keysOfMinute(store: ArchiveStore, archiveName: string, minute: number): readonly string[] {
  return store.contents.get(archiveName)?.minutes.get(minute) ?? [];
}

/** Deletes an archive with all it holds. */
export function deleteArchiveWithEvents(store: ArchiveStore, name: string): void {
  const contents = store.contents.get(name);
  if (contents) for (const key of contents.keys) store.events.delete(key);
  store.contents.delete(name);
  store.archives.delete(name);
}
