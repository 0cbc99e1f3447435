import type { JournalEntry, Plane } from '../../local/index.ts';

/** Looks at the plane again this long after something happened, unless more happens. */
const SETTLE_MS = 100;

/** What is on its way on a plane, by its own bookkeeping. */
export interface Traffic {
  /** Messages in queues that have a consumer: visible, in flight, delayed; and keys that hold up a shard. */
  queued(): Promise<number>;
  /** Invocations that run. */
  invocations(): number;
  /** Deliveries of the bus that are waiting or being tried again. */
  deliveries(): number;
}

/** Calls of the operator, as looking for traffic makes them, are none; nor is what a read of them has cost. */
const isTraffic = ({ kind, detail }: JournalEntry): boolean => kind !== 'items-read' && !String(detail['principal']).endsWith(':root');

/**
 * Resolves with true once nothing is on its way, with false where `timeoutMs` (of the machine's clock) passes first. Woken by the journal: it looks again when
 * something has happened and nothing followed.
 */
export function untilQuiet(plane: Plane, traffic: Traffic, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (isQuiet: boolean): void => {
      clearTimeout(timer);
      clearTimeout(deadline);
      stopListening();
      resolve(isQuiet);
    };
    const look = async (): Promise<void> => {
      const before = plane.kernel.journal.lastSequence;
      const isIdle = traffic.invocations() === 0 && traffic.deliveries() === 0 && (await traffic.queued()) === 0;
      // What was looked at one after the other counts only if nothing moved meanwhile.
      const moved = [...plane.kernel.journal.since(before)].some(isTraffic);
      if (isIdle && !moved) end(true);
      else arm();
    };
    const arm = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void look().catch(reject), SETTLE_MS);
    };
    const deadline = setTimeout(() => end(false), timeoutMs);
    const stopListening = plane.kernel.journal.listen((entry) => {
      if (isTraffic(entry)) arm();
    });
    arm();
  });
}
