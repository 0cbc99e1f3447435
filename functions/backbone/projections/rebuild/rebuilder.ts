import type { Context } from 'aws-lambda';
import { TerminalError } from '../../errors.ts';
import { lambdaPorts, type Ports } from '../../ports.ts';
import { counted } from '../../telemetry/invocation.ts';
import { log } from '../../telemetry/telemetry.ts';
import { buildingOf, pointersOf, startBuilding, stopBuilding } from '../generations.ts';
import type { Projection } from '../projection.ts';
import { type Rebuild, readRebuild, saveRebuild } from './rebuild.ts';
import { step } from './steps.ts';

/**
 * What an operator asks of a rebuild. `start` begins one, or answers the one that goes on; `step` does as much as one invocation has time for; `cancel` gives it up, and its items are dropped by
 * the next steps; `status` answers the last one.
 */
export type RebuildRequest = { readonly projection: string } & (
  | { readonly action: 'start'; readonly mode: Rebuild['mode'] }
  | { readonly action: 'step'; readonly eventsMax?: number }
  | { readonly action: 'cancel' }
  | { readonly action: 'status' }
);

/** A Lambda function that an operator invokes, step by step. `null` where there never was a rebuild. */
export type RebuilderFunction = (request: RebuildRequest, context: Context) => Promise<Rebuild | null>;

/** The longest that a step goes on beginning pages: its caller wants to see that it moves. */
const STEP_MS = 5_000;

/** What stays of an invocation for the page under way. */
const RESERVE_MS = 10_000;

/** Makes the Lambda handler that rebuilds projections from an event store (`STORE_TABLE_NAME`), beside the live ones. */
export function rebuilder(
  { name, projections }: { readonly name: string; readonly projections: readonly Projection[] },
  ports: Ports = lambdaPorts,
): RebuilderFunction {
  return counted(name, async (request: RebuildRequest, context: Context): Promise<Rebuild | null> => {
    const projection = projections.find((one) => one.name === request.projection);
    if (!projection) {
      const names = projections.map((one) => one.name).join(', ');
      throw new TerminalError(`${request.projection} cannot be rebuilt from the event store; these can: ${names}`);
    }
    const last = await readRebuild(ports, projection.name);
    if (request.action === 'status') return last ?? null;
    if (request.action === 'start') return start(ports, projection, { mode: request.mode, last });
    if (!last) throw new TerminalError(`No rebuild of ${projection.name} was started`);
    if (request.action === 'cancel') return cancel(ports, projection, last);
    const startMs = ports.nowMs();
    const hasTime = (): boolean => ports.nowMs() - startMs < STEP_MS && context.getRemainingTimeInMillis() > RESERVE_MS;
    const after = await step(ports, projection, last, { eventsMax: request.eventsMax, hasTime });
    log('info', 'rebuilding', { projection: projection.name, phase: after.phase, generation: after.generation, events: after.events });
    return after;
  });
}

async function start(
  ports: Ports,
  projection: Projection,
  { mode, last }: { readonly mode: Rebuild['mode']; readonly last: Rebuild | undefined },
): Promise<Rebuild> {
  if (last && last.phase !== 'DONE') {
    if (last.mode === mode && !last.isCancelled) return last;
    throw new TerminalError(
      `A ${last.isCancelled ? 'cancelled ' : ''}${last.mode} of ${projection.name} is in progress (${last.phase}): end or cancel it first`,
    );
  }
  const [pointer] = await pointersOf(ports, [projection]);
  if (!pointer) throw new TerminalError(`Projection ${projection.name} has no generation`);
  if (mode === 'verify' && pointer.liveVersion !== projection.version)
    throw new TerminalError(`Version ${pointer.liveVersion} of ${projection.name} is live, and version ${projection.version} is what is deployed: rebuild it`);
  // A start that died before it was written down has left a generation that is being built.
  const { generation, version } = buildingOf(pointer) ?? (await startBuilding(ports, projection, pointer));
  const startedAt = new Date(ports.nowMs()).toISOString();
  return saveRebuild(ports, {
    projection: projection.name,
    mode,
    phase: 'FILLING',
    isCancelled: false,
    generation,
    version,
    sources: 0,
    events: 0,
    compared: 0,
    differing: 0,
    differences: [],
    dropped: 0,
    fillingMs: 0,
    startedAt,
    updatedAt: startedAt,
    revision: last?.revision ?? 0,
  });
}

async function cancel(ports: Ports, projection: Projection, last: Rebuild): Promise<Rebuild> {
  if (last.phase === 'DONE' || last.phase === 'DROPPING') return last;
  const [pointer] = await pointersOf(ports, [projection]);
  if (pointer?.building === last.generation) await stopBuilding(ports, projection, last);
  const { cursor: _, ...rest } = last;
  // The step before a cancellation may have moved the readers: then it is too late, and what is dropped is the old one.
  return saveRebuild(ports, { ...rest, phase: 'DROPPING', isCancelled: pointer?.live !== last.generation });
}
