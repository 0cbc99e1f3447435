/** How the records of a batch relate. It follows from the source, not from the user's memory. */
type BatchStrategy = 'standard' | 'fifo' | 'stream';

/** What the handling of one record came to. `failed` stops its lane: what comes after it in order must not overtake it. */
export type RecordOutcome = 'done' | 'failed';

/** Reads the strategy from the source of a record. @throws where the source is neither queue nor stream */
export function strategyOf(eventSourceArn: string): BatchStrategy {
  const [, , service, , , resource = ''] = eventSourceArn.split(':');
  if (service === 'sqs') return resource.endsWith('.fifo') ? 'fifo' : 'standard';
  if (service === 'kinesis') return 'stream';
  throw new Error(`A consumer takes the records of a queue or a stream, not of ${eventSourceArn}`);
}

/** One batch, ready to run. */
export interface Batch<R> {
  readonly records: readonly R[];
  /** Records of one lane are handled one after the other. Without a lane a record is alone. */
  laneOf(record: R): string | undefined;
  /** Records that are the same event with the same payload: the first is handled, the others share what came of it. */
  identityOf(record: R): string;
  readonly concurrency: number;
  /** Whether there is time to start another. */
  mayStart(): boolean;
  handle(record: R): Promise<RecordOutcome>;
  /** Called for each record that shared the outcome of another. */
  shared(record: R, outcome: RecordOutcome): Promise<void>;
  /** Called for each record that was not started. */
  left(record: R): Promise<void>;
}

/** Runs a batch, and answers with the records that are not done, in the order of the batch. */
export async function runBatch<R>(batch: Batch<R>): Promise<readonly R[]> {
  const lanes = lanesOf(batch);
  const met = new Map<string, Promise<RecordOutcome>>();
  const unfinished = new Set<R>();
  const runLane = async (lane: readonly R[]): Promise<void> => {
    let isStopped = false;
    for (const record of lane) {
      isStopped ||= !batch.mayStart();
      if (isStopped) {
        unfinished.add(record);
        await batch.left(record);
        continue;
      }
      if ((await runOnce(batch, met, record)) === 'failed') {
        unfinished.add(record);
        isStopped = true;
      }
    }
  };
  await inParallel(lanes, batch.concurrency, runLane);
  return batch.records.filter((record) => unfinished.has(record));
}

async function runOnce<R>(batch: Batch<R>, met: Map<string, Promise<RecordOutcome>>, record: R): Promise<RecordOutcome> {
  const identity = batch.identityOf(record);
  const first = met.get(identity);
  if (first !== undefined) {
    const outcome = await first;
    await batch.shared(record, outcome);
    return outcome;
  }
  const outcome = batch.handle(record);
  met.set(identity, outcome);
  return outcome;
}

function lanesOf<R>({ records, laneOf }: Batch<R>): readonly (readonly R[])[] {
  const lanes: R[][] = [];
  const byKey = new Map<string, R[]>();
  for (const record of records) {
    const key = laneOf(record);
    const lane = key === undefined ? undefined : byKey.get(key);
    if (lane) {
      lane.push(record);
      continue;
    }
    const started = [record];
    lanes.push(started);
    if (key !== undefined) byKey.set(key, started);
  }
  return lanes;
}

/** Runs `task` on each, at most `limit` at a time, in order of start. */
export async function inParallel<T>(all: readonly T[], limit: number, task: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const one = all[next] as T;
      next += 1;
      await task(one);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, worker));
}
