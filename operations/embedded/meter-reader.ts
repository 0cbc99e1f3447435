import type { Journal, JournalEntry } from '../../local/index.ts';
import type { Meters } from '../operations.ts';

/** Invocations between two looks at the memory. */
const SAMPLE_EVERY = 64;

/** Adds up what a plane does, from its journal. */
export class MeterReader {
  #sdkCalls = 0;
  #writeUnits = 0;
  #invocations = 0;
  #peakRssBytes = 0;

  constructor(journal: Journal) {
    journal.listen((entry) => this.#take(entry));
  }

  read(): Meters {
    this.#sampleMemory();
    return {
      sdkCalls: this.#sdkCalls,
      writeUnits: this.#writeUnits,
      invocations: this.#invocations,
      peakRssMiB: Math.round(this.#peakRssBytes / 1024 / 1024),
    };
  }

  #take({ kind, detail }: JournalEntry): void {
    const { writeUnits, principal } = detail;
    if (typeof writeUnits === 'number') this.#writeUnits += writeUnits;
    if (kind === 'invocation-started') this.#invocations += 1;
    // Functions call under their roles; event source mappings use the same roles, and their calls are not the functions'.
    if (typeof principal === 'string' && principal.includes(':assumed-role/') && !MAPPING_CALLS.has(kind)) this.#sdkCalls += 1;
    // Asking the system for the resident size costs as much as a small request.
    if (kind === 'invocation-started' && this.#invocations % SAMPLE_EVERY === 0) this.#sampleMemory();
  }

  #sampleMemory(): void {
    this.#peakRssBytes = Math.max(this.#peakRssBytes, process.memoryUsage.rss());
  }
}

/** Calls that Lambda's pollers make on behalf of a function. */
const MAPPING_CALLS = new Set([
  'ReceiveMessage',
  'DeleteMessageBatch',
  'GetRecords',
  'GetShardIterator',
  'DescribeStream',
  'CreateLogStream',
  'CreateLogGroup',
  'PutLogEvents',
]);
