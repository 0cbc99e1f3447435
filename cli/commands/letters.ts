import type { ExportedLetter, Removal } from '../../operations/dead-letters/export.ts';
import type { Operations } from '../../operations/operations.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import type { ConfirmedOptions } from '../global-options.ts';
import { linesOf, readLetters, writeLetters } from '../letters-file.ts';
import { counted } from '../output/counted.ts';
import { CommandError, printJson, printLine } from '../output/report.ts';
import { operationsOf } from '../target.ts';
import { operatorName } from './edit.ts';

interface ExportOptions extends ConfirmedOptions {
  readonly consumer?: string;
  readonly where?: string;
  readonly remove?: boolean;
}

interface DiscardOptions extends ConfirmedOptions {
  readonly where?: string;
  readonly reason: string;
  readonly export?: string | false;
  readonly dryRun?: boolean;
}

/** Message ids that one request carries at most. */
const IDS_A_REQUEST = 1_000;

/** Takes letters out of their queues; answers how many went, and how many were not there any more. */
async function removeAll(operations: Operations, letters: readonly ExportedLetter[], removal: Removal): Promise<{ removed: number; skipped: number }> {
  const total = { removed: 0, skipped: 0 };
  for (const consumer of new Set(letters.map((letter) => letter.consumer))) {
    const ids = letters.filter((letter) => letter.consumer === consumer).map(({ messageId }) => messageId);
    for (let start = 0; start < ids.length; start += IDS_A_REQUEST) {
      const { removed, skipped } = await operations.removeDeadLetters({ consumer, messageIds: ids.slice(start, start + IDS_A_REQUEST), removal });
      total.removed += removed;
      total.skipped += skipped;
    }
  }
  return total;
}

const removalText = ({ removed, skipped }: { readonly removed: number; readonly skipped: number }): string =>
  `${removed} taken out of the queue${skipped > 0 ? `, ${skipped} skipped: gone before, or in somebody else's hands` : ''}`;

/** `tickertape dlq export` */
export async function exportLetters(path: string, options: ExportOptions): Promise<void> {
  const { consumer, where, remove } = options;
  const operations = await operationsOf(options);
  if (remove) await confirm(options, { name: consumer ?? 'all', what: 'Taking dead letters out of their queues' });
  const letters = await operations.exportDeadLetters({ consumer, where });
  const lines = linesOf(letters, where);
  if (path === '-') {
    if (remove) throw new CommandError('--remove needs a file: what a pipe loses is lost', { exitCode: EXIT.usage });
    for (const line of lines) printLine(line);
    return;
  }
  writeLetters(path, lines);
  const removal = remove ? await removeAll(operations, letters, { status: 'exported', because: `exported to ${path}`, by: operatorName() }) : undefined;
  if (options.json) printJson({ file: path, exported: letters.length, ...removal });
  else
    printLine(
      `${counted(letters.length, 'dead letter')} written to ${path}${removal ? `; ${removalText(removal)}` : '; they are in their queues still (--remove takes them out)'}`,
    );
  if (removal && removal.skipped > 0) throw new CommandError(`${removal.skipped} of ${letters.length} were not taken out`, { exitCode: EXIT.partly });
}

/** What one request of an import carries at most: the operations API takes 16 MiB. */
const CHUNK_BYTES_MAX = 4 * 1024 * 1024;
const CHUNK_LETTERS_MAX = 1_000;

function* chunksOf(letters: readonly ExportedLetter[]): Generator<ExportedLetter[]> {
  let chunk: ExportedLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    const size = Buffer.byteLength(letter.body) + 4096;
    if (chunk.length > 0 && (bytes + size > CHUNK_BYTES_MAX || chunk.length >= CHUNK_LETTERS_MAX)) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(letter);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** `tickertape dlq import` */
export async function importLetters(path: string, options: ConfirmedOptions): Promise<void> {
  const letters = readLetters(path);
  const operations = await operationsOf(options);
  await confirm(options, { name: 'import', what: `Importing ${counted(letters.length, 'dead letter')}` });
  const total = { inFile: letters.length, imported: 0, alreadyThere: 0, importedBefore: 0, processedSince: 0, unknownConsumer: [] as string[] };
  for (const chunk of chunksOf(letters)) {
    const { imported, alreadyThere, importedBefore, processedSince, unknownConsumer } = await operations.importDeadLetters({ letters: chunk });
    total.imported += imported;
    total.alreadyThere += alreadyThere;
    total.importedBefore += importedBefore;
    total.processedSince += processedSince;
    total.unknownConsumer.push(...unknownConsumer);
  }
  const unknown = total.unknownConsumer.length;
  if (options.json) printJson(total);
  else
    printLine(
      `${letters.length} in ${path}: ${total.imported} imported, ${total.alreadyThere} there already, ${total.importedBefore} imported before, ${total.processedSince} processed since, ${unknown} of consumers that are not here`,
    );
  if (unknown > 0) throw new CommandError(`${unknown} of ${letters.length} were not imported`, { exitCode: EXIT.partly });
}

/** `tickertape dlq discard` */
export async function discard(consumer: string, options: DiscardOptions): Promise<void> {
  const { where, reason, json } = options;
  const operations = await operationsOf(options);
  const letters = await operations.exportDeadLetters({ consumer, where });
  const path = options.export === false ? undefined : (options.export ?? `discarded-${consumer}-${new Date().toISOString().replace(/[:.]/g, '-')}.ndjson`);
  if (!json)
    printLine(`Discard ${counted(letters.length, 'message')} of ${consumer} for good: ${reason}${path ? `; a copy goes to ${path}` : '; no copy is kept'}`);
  if (options.dryRun || letters.length === 0) {
    if (json) printJson({ consumer, messages: letters.length, file: null, removed: 0, skipped: 0 });
    return;
  }
  await confirm(options, { name: consumer, what: `Discarding ${counted(letters.length, 'message')} of ${consumer}`, always: true });
  if (path !== undefined) writeLetters(path, linesOf(letters, where));
  const removal = await removeAll(operations, letters, { status: 'discarded', because: reason, by: operatorName() });
  if (json) printJson({ consumer, messages: letters.length, file: path ?? null, ...removal });
  else printLine(removalText(removal));
  if (removal.skipped > 0) throw new CommandError(`${removal.skipped} of ${letters.length} were not discarded`, { exitCode: EXIT.partly });
}
