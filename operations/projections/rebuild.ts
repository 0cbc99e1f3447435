import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Clients } from '../clients.ts';
import { rebuildFunctionOf } from './description.ts';

/** A source or a view that is not as a fold of the event store has it. */
export interface Difference {
  readonly kind: 'SOURCE' | 'VIEW';
  readonly key: string;
  /** As readers have it, as JSON text; undefined where they have none. */
  readonly live?: string | undefined;
  readonly folded?: string | undefined;
}

/** A rebuild or a verification of a projection, as its function answers it. */
export interface Rebuild {
  readonly projection: string;
  readonly mode: 'rebuild' | 'verify';
  readonly phase: 'FILLING' | 'CUTTING_OVER' | 'COMPARING' | 'DROPPING' | 'DONE';
  readonly isCancelled: boolean;
  readonly generation: string;
  readonly version: number;
  /** Aggregates and events read from the store. */
  readonly sources: number;
  readonly events: number;
  readonly compared: number;
  readonly differing: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  /** Items of old generations that were deleted. */
  readonly dropped: number;
  readonly fillingMs: number;
  readonly startedAt: string;
  readonly updatedAt: string;
}

/** What the function is asked, as `functions/backbone/projections/rebuild/rebuilder.ts` has it. */
export type RebuildRequest = { readonly projection: string } & (
  | { readonly action: 'start'; readonly mode: Rebuild['mode'] }
  | { readonly action: 'step'; readonly eventsMax?: number | undefined }
  | { readonly action: 'cancel' }
);

/** The function that rebuilds refused or failed. */
export class RebuildFailedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RebuildFailedError';
  }
}

/** Asks the function that rebuilds a projection. @throws {RebuildFailedError} */
export async function rebuildProjection(clients: Pick<Clients, 'ssm' | 'lambda'>, request: RebuildRequest): Promise<Rebuild> {
  const FunctionName = await rebuildFunctionOf(clients, request.projection);
  const { FunctionError, Payload } = await clients.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(request)) }));
  const text = Buffer.from(Payload ?? new Uint8Array()).toString('utf8');
  if (FunctionError !== undefined) {
    const { errorMessage = text } = JSON.parse(text) as { readonly errorMessage?: string };
    throw new RebuildFailedError(errorMessage);
  }
  return JSON.parse(text) as Rebuild;
}

/** How a rebuild is carried through. */
export interface RebuildRun {
  readonly projection: string;
  readonly mode: Rebuild['mode'];
  /** Events a second, at most. @default as fast as it goes */
  readonly pace?: number | undefined;
  readonly onProgress: (rebuild: Rebuild) => void;
  readonly nowMs: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

/** Begins a rebuild, or goes on with the one that somebody left, and takes its steps until it is done. */
export async function runRebuild(ask: (request: RebuildRequest) => Promise<Rebuild>, run: RebuildRun): Promise<Rebuild> {
  const { projection, mode, pace, onProgress, nowMs, wait } = run;
  let rebuild = await ask({ projection, action: 'start', mode });
  onProgress(rebuild);
  while (rebuild.phase !== 'DONE') {
    const startMs = nowMs();
    const before = rebuild.events;
    rebuild = await ask({ projection, action: 'step', eventsMax: pace });
    onProgress(rebuild);
    const dueMs = pace === undefined ? 0 : ((rebuild.events - before) / pace) * 1000;
    if (rebuild.phase === 'FILLING' && nowMs() - startMs < dueMs) await wait(dueMs - (nowMs() - startMs));
  }
  return rebuild;
}

/** Events folded a second, while filling. */
export const eventsPerSecond = ({ events, fillingMs }: Pick<Rebuild, 'events' | 'fillingMs'>): number => Math.round(events / Math.max(fillingMs / 1000, 0.001));
