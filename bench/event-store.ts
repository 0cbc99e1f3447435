import { type Benchmark, rounded } from './benchmark.ts';
import { bundleProgram, Program } from './processes.ts';

interface Loads {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerLoad: number;
}

interface Report {
  readonly appendsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly withSnapshot: Loads;
  readonly withoutSnapshot: Loads;
}

const told = ({ p50Ms, p99Ms, requestsPerLoad }: Loads): string => `p50 ${rounded(p50Ms, 1)} ms, p99 ${rounded(p99Ms, 1)} ms, ${requestsPerLoad} requests`;

/** The event store of `functions/backbone` on an embedded table: appends, and the load of a long aggregate. */
export const eventStore: Benchmark = {
  name: 'event-store',
  title: 'appends of one event by 16 writers, and the load of an aggregate of 10,000 events',
  async run() {
    const program = new Program([await bundleProgram('event-store-plane')]);
    const { appendsPerSecond, eventsPerSecond, withSnapshot, withoutSnapshot } = JSON.parse(await program.line()) as Report;
    await program.end();
    return {
      lines: [
        `${rounded(appendsPerSecond)} appends/s (loaded, appended, committed with the claim), each to a stream of at most four events`,
        `${rounded(eventsPerSecond)} events/s into one stream by one writer, 20 a commit, with a slice and a snapshot every 100`,
        `load of 10,000 events with snapshots: ${told(withSnapshot)}`,
        `the same where no snapshot is of this fold: ${told(withoutSnapshot)}`,
      ],
      figures: {
        appendsPerSecond,
        eventsPerSecond,
        loadWithSnapshotP50Ms: withSnapshot.p50Ms,
        loadWithSnapshotP99Ms: withSnapshot.p99Ms,
        loadWithoutSnapshotP50Ms: withoutSnapshot.p50Ms,
        loadWithoutSnapshotP99Ms: withoutSnapshot.p99Ms,
      },
    };
  },
};
