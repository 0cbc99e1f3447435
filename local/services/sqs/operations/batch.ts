import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { Fault } from '../../../kernel/errors.ts';
import { checkBatch } from '../rules.ts';

/** How a batch reports an entry's fault; an error that is no fault is thrown on. */
export function failedEntry(id: string | undefined, error: unknown): BatchResultErrorEntry {
  if (!(error instanceof Fault)) throw error;
  return { Id: id, SenderFault: true, Code: error.code, Message: error.message };
}

interface BatchOutput {
  Successful: { Id: string | undefined }[];
  Failed: BatchResultErrorEntry[];
}

/** Does each entry of a batch whose successes carry nothing but their id. */
export function eachEntry<Entry extends { readonly Id?: string | undefined }>(
  operation: string,
  entries: readonly Entry[] | undefined,
  work: (entry: Entry) => void,
): BatchOutput {
  const output: Partial<BatchOutput> = {};
  for (const entry of checkBatch(operation, entries)) {
    try {
      work(entry);
      output.Successful ??= [];
      output.Successful.push({ Id: entry.Id });
    } catch (error) {
      output.Failed ??= [];
      output.Failed.push(failedEntry(entry.Id, error));
    }
  }
  // An empty list is left out, as AWS leaves it out.
  return output as BatchOutput;
}
