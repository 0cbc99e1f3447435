import type { MappingRecord } from '../records.ts';
import type { Plane, RunningMapping } from '../state.ts';
import { sourceKind } from './mapping-rules.ts';
import { QueuePoller } from './queue-poller.ts';
import { StreamPoller } from './stream-poller.ts';

/** Stores a mapping and has it run; one that ran before ends, and its invocations go on to their end. */
export function putMapping(plane: Plane, mapping: MappingRecord): void {
  plane.state.mappings.put(mapping.uuid, mapping);
  start(plane, mapping);
}

export function removeMapping({ state }: Plane, uuid: string): void {
  state.runningMappings.get(uuid)?.stop();
  state.runningMappings.delete(uuid);
  state.mappings.delete(uuid);
  for (const key of [...state.checkpoints.keys()]) if (key.startsWith(`${uuid}/`)) state.checkpoints.delete(key);
}

/** Goes on with the mappings that a restart found. */
export function resumeMappings(plane: Plane): void {
  for (const mapping of plane.state.mappings.values()) start(plane, mapping);
}

function start(plane: Plane, mapping: MappingRecord): void {
  const { state } = plane;
  state.runningMappings.get(mapping.uuid)?.stop();
  state.runningMappings.delete(mapping.uuid);
  if (mapping.isEnabled) state.runningMappings.set(mapping.uuid, pollerOf(plane, mapping));
}

function pollerOf(plane: Plane, mapping: MappingRecord): RunningMapping {
  return sourceKind(mapping.sourceArn) === 'sqs' ? new QueuePoller(plane, mapping) : new StreamPoller(plane, mapping);
}
