import crypto, { type webcrypto } from 'node:crypto';
import type { Chance } from '../../kernel/chance.ts';
import type { ContextHost } from '../host.ts';
import { derived } from './refused.ts';

type Callback = (error: unknown, ...results: unknown[]) => void;

/** Fills bytes with draws of the seed. */
function fill(chance: Chance, view: ArrayBufferView): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = chance.below(256);
}

/** Runs a callback function's synchronous twin, and calls back in the next tick: the thread pool ends when it likes. */
function synchronously(twin: (...args: unknown[]) => unknown, spread = false): (...args: unknown[]) => unknown {
  return (...args) => {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return twin(...args);
    let outcome: unknown[];
    try {
      const result = twin(...args.slice(0, -1));
      outcome = spread ? [null, ...Object.values(result as object)] : [null, result];
    } catch (error) {
      outcome = [error];
    }
    process.nextTick(callback as Callback, ...outcome);
    return undefined;
  };
}

/** Results of the machine's crypto threads come one at a time, in the order of the calls, and are waited for by the clock. */
function orderedSubtle(host: ContextHost): webcrypto.SubtleCrypto {
  let last: Promise<unknown> = Promise.resolve();
  return new Proxy(crypto.webcrypto.subtle, {
    get(target, name) {
      const method = Reflect.get(target, name, target) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const result = last.then(() => Reflect.apply(method, target, args) as unknown);
        last = result.catch(() => undefined);
        return host.hostOperation(result);
      };
    },
  });
}

function drawnFunctions(chance: Chance): Record<string, unknown> {
  const randomBytes = (size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    fill(chance, bytes);
    return bytes;
  };
  const randomFillSync = (view: ArrayBufferView | ArrayBuffer, offset = 0, size?: number): unknown => {
    const bytes = ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(view);
    fill(chance, bytes.subarray(offset, size === undefined ? undefined : offset + size));
    return view;
  };
  const randomInt = (first: number, second?: number): number => (second === undefined ? chance.below(first) : first + chance.below(second - first));
  return {
    randomUUID: () => chance.uuid(),
    randomBytes: synchronously(randomBytes as (...args: unknown[]) => unknown),
    pseudoRandomBytes: synchronously(randomBytes as (...args: unknown[]) => unknown),
    randomFillSync,
    randomFill: synchronously(randomFillSync as (...args: unknown[]) => unknown),
    randomInt: synchronously(randomInt as (...args: unknown[]) => unknown),
    getRandomValues: (view: ArrayBufferView) => {
      fill(chance, view);
      return view;
    },
  };
}

/**
 * `crypto` as module and as global. On a virtual clock all chance is the seed's and nothing ends out of order.
 * Differs from AWS: on a virtual clock `generateKeyPair` still draws from the machine.
 */
export function contextCrypto(host: ContextHost): { module: object; global: object } {
  const { chance } = host;
  if (!chance) return { module: crypto, global: crypto.webcrypto };
  const drawn = drawnFunctions(chance);
  const subtle = orderedSubtle(host);
  const { randomUUID, getRandomValues } = drawn;
  const global = { randomUUID, getRandomValues, subtle, CryptoKey: crypto.webcrypto.CryptoKey };
  const twins: Record<string, unknown> = {};
  for (const name of ['pbkdf2', 'scrypt', 'hkdf', 'generateKey', 'generatePrime', 'checkPrime'] as const) {
    twins[name] = synchronously(crypto[`${name}Sync`] as (...args: unknown[]) => unknown);
  }
  twins['generateKeyPair'] = synchronously(crypto.generateKeyPairSync as unknown as (...args: unknown[]) => unknown, true);
  return { module: derived(crypto, { ...drawn, ...twins, subtle, webcrypto: global }), global };
}
