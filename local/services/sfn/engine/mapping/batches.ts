import type { Json, MapSettings } from '../../../../languages/states/index.ts';

/** Items put together for one child execution each, by number and by size. @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html */
export function batches(items: readonly Json[], { maxItemsPerBatch, maxInputBytesPerBatch, batchInput }: MapSettings): Json[] {
  const made: Json[] = [];
  let batch: Json[] = [];
  let sizeBytes = 0;
  const close = (): void => {
    if (batch.length > 0) made.push({ ...(batchInput !== undefined && { BatchInput: batchInput }), Items: batch });
    batch = [];
    sizeBytes = 0;
  };
  const fixedBytes = batchInput === undefined ? 0 : Buffer.byteLength(JSON.stringify(batchInput));
  for (const item of items) {
    const itemBytes = Buffer.byteLength(JSON.stringify(item));
    const isFull =
      (maxItemsPerBatch !== undefined && batch.length >= maxItemsPerBatch) ||
      (maxInputBytesPerBatch !== undefined && fixedBytes + sizeBytes + itemBytes > maxInputBytesPerBatch);
    if (isFull) close();
    batch.push(item);
    sizeBytes += itemBytes;
  }
  close();
  return made;
}
