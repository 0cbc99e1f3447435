import { Kernel } from '../../../../local/kernel/kernel.ts';
import { kinesis } from '../../../../local/services/kinesis/service.ts';
import type { KinesisState } from '../../../../local/services/kinesis/state.ts';

/** The start of a minute, so that nothing begins before the epoch of retention. */
export const START_MS = Date.UTC(2026, 10, 25);

/** A kernel with Kinesis alone. */
export interface World {
  readonly kernel: Kernel;
  readonly state: KinesisState;
  call<Output>(operation: string, input: object): Promise<Output>;
  wait(ms: number): Promise<void>;
}

export function createWorld(): World {
  const kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: START_MS }, seed: 1, journalCapacity: 100 });
  const state = kernel.install(kinesis);
  return {
    kernel,
    state,
    call: (operation, input) => kernel.request({ service: 'kinesis', operation, input, principal: { type: 'root' } }),
    wait: async (ms) => {
      await kernel.run({ untilMs: kernel.nowMs() + ms });
    },
  };
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const textOf = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString();
