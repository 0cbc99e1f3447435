import type { Journal, JournalEntry } from '../../local/index.ts';
import type { Meters } from '../operations.ts';

/** Adds up what a plane does, from its journal. */
export class MeterReader {
  #sdkCalls = 0;
  #writeUnits = 0;
  #invocations = 0;

  constructor(journal: Journal) {
    journal.listen((entry) => this.#take(entry));
  }

  read(): Meters {
    return {
      sdkCalls: this.#sdkCalls,
      writeUnits: this.#writeUnits,
      invocations: this.#invocations,
      // The system keeps the highest value itself, in KiB: no peak between two looks is missed.
      peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  }

  #take({ kind, detail }: JournalEntry): void {
    const { writeUnits, principal } = detail;
    if (typeof writeUnits === 'number') this.#writeUnits += writeUnits;
    if (kind === 'invocation-started') this.#invocations += 1;
    // Functions call under their roles; event source mappings use the same roles, and their calls are not the functions'.
    if (typeof principal === 'string' && principal.includes(':assumed-role/') && !MAPPING_CALLS.has(kind)) this.#sdkCalls += 1;
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
