import { functionNotFound } from '../errors.ts';
import { findQualified, functionArn } from '../naming.ts';
import type { FunctionRecord, MappingRecord } from '../records.ts';
import { keyOf, type Plane } from '../state.ts';

type Mapped = Pick<MappingRecord, 'functionName' | 'qualifier'>;

/** The version that a mapping's function stands for now; `undefined` where it has gone. Its role is the one that reads the source. */
export const findMapped = (plane: Plane, { functionName, qualifier }: Mapped): FunctionRecord | undefined =>
  findQualified(plane, { name: functionName, qualifier })?.record;

/** The same, or the fault that it has gone. */
export function mappedRecord(plane: Plane, mapped: Mapped): FunctionRecord {
  const found = findMapped(plane, mapped);
  if (!found) throw functionNotFound(keyOf(functionArn(plane.kernel, mapped.functionName), mapped.qualifier));
  return found;
}
