import type { PolicyStatement } from '../../kernel/principal.ts';
import { putStatement } from './policies.ts';
import type { FunctionRecord, FunctionSettings, MappingRecord } from './records.ts';
import type { Plane } from './state.ts';

/** What a function has where nothing was said about it: an earlier version of the plane did not keep it. */
const FUNCTION_DEFAULTS = {
  version: '$LATEST',
  versionCount: 0,
  recursiveLoop: 'Terminate',
  runtimeManagement: { updateRuntimeOn: 'Auto', runtimeVersionArn: undefined },
  layers: [],
  ephemeralStorageMiB: 512,
  applicationLogLevel: undefined,
  systemLogLevel: undefined,
} as const satisfies Partial<FunctionRecord & FunctionSettings>;

/** A function as it may lie in a data folder: with its policy inside, where there were no versions yet. */
type EarlierFunction = Omit<FunctionRecord, keyof typeof FUNCTION_DEFAULTS> & Partial<FunctionRecord> & { readonly policy?: readonly PolicyStatement[] };

/** Completes what a data folder of an earlier version of the plane holds: each record has every member afterwards. */
export function completeRecords(plane: Plane): void {
  const { functions, versions, mappings } = plane.state;
  for (const [name, stored] of [...functions.entries()] as [string, EarlierFunction][]) {
    if ('versionCount' in stored && 'layers' in stored && 'ephemeralStorageMiB' in stored && 'runtimeManagement' in stored) continue;
    const { policy = [], ...record } = stored;
    functions.put(name, { ...FUNCTION_DEFAULTS, ...record });
    for (const statement of policy) putStatement(plane, name, statement);
  }
  for (const [key, stored] of [...versions.entries()])
    if (!('layers' in stored)) versions.put(key, { ...FUNCTION_DEFAULTS, ...(stored as object) } as typeof stored);
  for (const [uuid, stored] of [...mappings.entries()] as [string, Omit<MappingRecord, 'tags'> & Partial<MappingRecord>][]) {
    if (!stored.tags) mappings.put(uuid, { ...stored, tags: {} });
  }
}
