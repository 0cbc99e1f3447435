/** What a function said of its batch. `some` holds the identifiers that it reported. */
export type BatchVerdict = { readonly kind: 'succeeded' } | { readonly kind: 'failed' } | { readonly kind: 'some'; readonly identifiers: ReadonlySet<string> };

const FAILED: BatchVerdict = { kind: 'failed' };
const SUCCEEDED: BatchVerdict = { kind: 'succeeded' };

/**
 * Reads the answer of a function that reports batch item failures. Nothing, `null` or an empty list is success; an identifier that is missing, empty
 * or not in the batch, or anything else that cannot be read, fails the whole batch.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function readBatchResponse(payload: string, isInBatch: (identifier: string) => boolean): BatchVerdict {
  const answer = JSON.parse(payload) as unknown;
  if (answer === null) return SUCCEEDED;
  if (typeof answer !== 'object' || Array.isArray(answer)) return FAILED;
  const failures = (answer as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === undefined || failures === null) return SUCCEEDED;
  if (!Array.isArray(failures)) return FAILED;
  const identifiers = new Set<string>();
  for (const failure of failures as unknown[]) {
    const identifier = typeof failure === 'object' && failure !== null ? (failure as { itemIdentifier?: unknown }).itemIdentifier : undefined;
    if (typeof identifier !== 'string' || !isInBatch(identifier)) return FAILED;
    identifiers.add(identifier);
  }
  return identifiers.size === 0 ? SUCCEEDED : { kind: 'some', identifiers };
}
