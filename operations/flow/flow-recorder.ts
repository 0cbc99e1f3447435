import type { Journal, JournalEntry } from '../../local/index.ts';
import { deadLetterSources, type System } from '../system.ts';
import type { FlowChange, FlowEvent, Handling, HandlingState } from './flow-event.ts';
import { type Envelope, parseEnvelope, summaryOf } from './summary.ts';

type MutableHandling = { -readonly [Key in keyof Handling]: Handling[Key] };

interface Recorded extends Omit<FlowEvent, 'handlings'> {
  /** By consumer; of a replay, which leaves the outcome of before as it is, by consumer and replay. */
  readonly handlings: Map<string, MutableHandling>;
}

interface Copy {
  readonly eventId: string;
  /** Key of the handling that it belongs to. */
  readonly handling: string;
}

/** What a queue is to a consumer. */
interface QueueRole {
  readonly consumer: string;
  readonly isDeadLetter: boolean;
  readonly isOfBus: boolean;
}

/** Events kept; the oldest go first. */
const EVENTS_MAX = 10_000;

/** Folds the journal into business events and what became of each at each consumer. */
export class FlowRecorder {
  readonly #events = new Map<string, Recorded>();
  /** Copies in queues, by message id. */
  readonly #copies = new Map<string, Copy>();
  readonly #queues = new Map<string, QueueRole>();
  readonly #listeners = new Set<(change: FlowChange) => void>();
  #published = 0;

  constructor(journal: Journal) {
    journal.listen((entry) => this.#take(entry));
  }

  /** Tells which queues there are and whose; called again after the topology changed. */
  setSystem(system: Pick<System, 'consumers' | 'bus'>): void {
    this.#queues.clear();
    for (const { consumer, queueArn } of system.consumers) this.#queues.set(queueArn, { consumer, isDeadLetter: false, isOfBus: false });
    for (const { consumer, deadLetterQueueArn, isOfBus } of deadLetterSources(system))
      this.#queues.set(deadLetterQueueArn, { consumer, isDeadLetter: true, isOfBus });
  }

  /** Calls `listener` on every change; the returned function ends it. */
  listen(listener: (change: FlowChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events published since the start; more than are kept, perhaps. */
  get publishedCount(): number {
    return this.#published;
  }

  /** Whether every event published since the start is still kept. */
  get isWhole(): boolean {
    return this.#published === this.#events.size;
  }

  /** The events kept, oldest first. */
  events(): FlowEvent[] {
    return [...this.#events.values()].map(frozen);
  }

  /** Events whose id, correlation id or subject is `key`, with all of their thread, oldest first. */
  thread(key: string): FlowEvent[] {
    const named = this.#events.get(key);
    const threads = new Set<string>();
    for (const event of this.#events.values()) {
      if (event === named || event.correlationId === key || event.subject === key) threads.add(event.correlationId ?? event.id);
    }
    return [...this.#events.values()].filter((event) => threads.has(event.correlationId ?? event.id)).map(frozen);
  }

  #take(entry: JournalEntry): void {
    if (entry.service === 'eventbridge' && entry.kind === 'event-put') this.#publish(entry);
    else if (entry.service === 'sqs') this.#move(entry);
    else if (entry.service === 'lambda' && entry.kind === 'batch-failed-items') this.#fail(entry);
  }

  #publish(entry: JournalEntry): void {
    const envelope = parseEnvelope(String(entry.detail['detail']));
    if (!envelope || this.#events.has(envelope.id)) return;
    this.#published += 1;
    const event: Recorded = {
      id: envelope.id,
      type: envelope.type,
      source: envelope.source,
      subject: envelope.subject,
      summary: summaryOf(envelope),
      correlationId: envelope.correlationid,
      causationId: envelope.causationid,
      flow: envelope.flow,
      atMs: entry.atMs,
      handlings: new Map(),
    };
    this.#events.set(envelope.id, event);
    if (this.#events.size > EVENTS_MAX) this.#events.delete(this.#events.keys().next().value as string);
    this.#tell({ kind: 'published', event: frozen(event) });
  }

  #move(entry: JournalEntry): void {
    const role = this.#queues.get(entry.arn);
    const messageId = entry.detail['messageId'];
    if (!role || typeof messageId !== 'string') return;
    if (entry.kind === 'message-sent') this.#queue(entry, role, messageId);
    else if (!role.isDeadLetter) this.#advance(entry, messageId);
    else if (entry.kind === 'message-dead-lettered') this.#dead(messageId, entry);
  }

  #queue(entry: JournalEntry, role: QueueRole, messageId: string): void {
    const { envelope, replayName } = contentOf(entry.detail['body']);
    const event = envelope && this.#events.get(envelope.id);
    if (!event) {
      if (role.isDeadLetter) this.#tellStray(entry, { role, queueArn: entry.arn, messageId });
      return;
    }
    const key = replayName === undefined ? role.consumer : `${role.consumer}\n${replayName}`;
    this.#copies.set(messageId, { eventId: event.id, handling: key });
    const known = event.handlings.get(key);
    if (!known) {
      event.handlings.set(key, {
        consumer: role.consumer,
        ...(replayName !== undefined && { replayName }),
        state: role.isDeadLetter ? 'dead' : 'waiting',
        attempts: 0,
        queuedAtMs: entry.atMs,
        startedAtMs: undefined,
        endedAtMs: undefined,
        error: undefined,
      });
      return;
    }
    this.#change(messageId, role.isDeadLetter ? 'dead' : 'waiting', entry, role.isDeadLetter ? (reasonOf(entry) ?? known.error) : undefined);
  }

  #advance(entry: JournalEntry, messageId: string): void {
    if (entry.kind === 'message-received') this.#change(messageId, 'running', entry);
    else if (entry.kind === 'message-dead-lettered') {
      const [queueArn, role] = [String(entry.detail['deadLetterQueueArn']), this.#queues.get(entry.arn)];
      if (this.#copies.has(messageId)) this.#dead(messageId, entry);
      else if (role) this.#tellStray(entry, { role, queueArn, messageId });
    } else if (entry.kind === 'message-deleted') {
      const copy = this.#copies.get(messageId);
      const handling = copy && this.#events.get(copy.eventId)?.handlings.get(copy.handling);
      // A handler that dead-letters a message by itself sends it to the dead-letter queue first and deletes it then.
      if (handling?.state !== 'dead') this.#change(messageId, 'done', entry);
      this.#copies.delete(messageId);
    }
  }

  #fail(entry: JournalEntry): void {
    const failed = entry.detail['failed'];
    if (!Array.isArray(failed)) return;
    const [error, errors] = [entry.detail['error'], entry.detail['errors'] as Readonly<Record<string, string>> | undefined];
    for (const messageId of failed as readonly string[]) {
      const reported = errors?.[messageId] ?? error;
      this.#change(messageId, 'retrying', entry, typeof reported === 'string' ? reported : undefined);
    }
  }

  /** The queue itself moved it: the last attempt failed, and what was said of that still holds. */
  #dead(messageId: string, entry: JournalEntry): void {
    const copy = this.#copies.get(messageId);
    this.#change(messageId, 'dead', entry, copy && this.#events.get(copy.eventId)?.handlings.get(copy.handling)?.error);
  }

  /** `error` is of this attempt: what an earlier one failed with is no longer said. */
  #change(messageId: string, state: HandlingState, entry: JournalEntry, error?: string): void {
    const copy = this.#copies.get(messageId);
    const event = copy && this.#events.get(copy.eventId);
    const handling = copy && event?.handlings.get(copy.handling);
    if (!event || !handling) return;
    handling.state = state;
    handling.error = error;
    if (state === 'running') {
      handling.startedAtMs = entry.atMs;
      handling.attempts += 1;
      return;
    }
    handling.endedAtMs = entry.atMs;
    this.#tell({ kind: 'handled', event: frozen(event), handling: { ...handling } });
  }

  #tellStray(entry: JournalEntry, { role, queueArn, messageId }: { readonly role: QueueRole; readonly queueArn: string; readonly messageId: string }): void {
    const reason = attributeOf(entry, 'reason') ?? (role.isOfBus ? 'malformed' : 'retries-exhausted');
    const error = attributeOf(entry, 'error')?.split('\n')[0];
    const queue = queueArn.slice(queueArn.lastIndexOf(':') + 1);
    this.#tell({ kind: 'dead-lettered', consumer: role.consumer, queue, messageId, reason, error, atMs: entry.atMs });
  }

  #tell(change: FlowChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function frozen(event: Recorded): FlowEvent {
  return { ...event, handlings: [...event.handlings.values()].map((handling) => ({ ...handling })) };
}

/** What is in a queued message: the envelope is the `detail` of the EventBridge event that is its body, which names the replay that brought it. */
function contentOf(body: unknown): { readonly envelope?: Envelope | undefined; readonly replayName?: string | undefined } {
  if (typeof body !== 'string') return {};
  try {
    const event = JSON.parse(body) as { detail?: unknown; 'replay-name'?: unknown };
    const { 'replay-name': name } = event;
    return { envelope: parseEnvelope(JSON.stringify(event.detail)), replayName: typeof name === 'string' ? name : undefined };
  } catch {
    // A body that is no JSON is no event: `dlq show` shows it as it is.
    return {};
  }
}

function reasonOf(entry: JournalEntry): string | undefined {
  return attributeOf(entry, 'error') ?? attributeOf(entry, 'reason');
}

/** A message attribute that a sent message carries. */
function attributeOf(entry: JournalEntry, name: string): string | undefined {
  const attributes = entry.detail['attributes'] as Record<string, { StringValue?: string }> | undefined;
  return attributes?.[name]?.StringValue;
}
