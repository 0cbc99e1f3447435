import { types } from 'node:util';
import vm from 'node:vm';
import { BOOTSTRAP } from './bootstrap.ts';

/** What the bootstrap answers: the functions that have to be the realm's own. */
export interface Realm {
  readonly global: object;
  readonly promisePrototype: object;
  readonly errorPrototype: object;
  parse(text: string): unknown;
  invoke(handler: unknown, eventText: string, fields: object, finish: (how: 'succeeded' | 'failed' | 'unreadable', value: unknown) => void): void;
  run(script: vm.Script): unknown;
}

const bootstrap = new vm.Script(BOOTSTRAP, { filename: '/var/runtime/bootstrap.js' });

/** Loaded by Node when first read, and large: a context reads them when its bundle does. */
const LAZY_GLOBALS = [
  'Headers',
  'Request',
  'Response',
  'FormData',
  'Blob',
  'File',
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'CompressionStream',
  'DecompressionStream',
  'MessageChannel',
  'BroadcastChannel',
  'WebSocket',
];

/** Globals that are the same in all contexts. `Uint8Array` and `ArrayBuffer` are the host's, so that a `Buffer` is one. */
const SHARED_GLOBALS = {
  Buffer,
  Uint8Array,
  ArrayBuffer,
  URL,
  URLSearchParams,
  TextEncoder,
  TextDecoder,
  AbortController,
  Event,
  EventTarget,
  DOMException,
  atob,
  btoa,
};

/** Whether the machine's own time zone is UTC: then a realm's dates need nothing. */
const isUtc = (): boolean => new Date(0).getTimezoneOffset() === 0 && ['UTC', 'Etc/UTC', 'GMT'].includes(Intl.DateTimeFormat().resolvedOptions().timeZone);

/** Makes a realm: fresh intrinsics, our globals, and where given a clock and chance of our own. */
export function createRealm(options: { globals: object; now: (() => number) | undefined; random: (() => number) | undefined }): Realm {
  const global = vm.createContext(vm.constants.DONT_CONTEXTIFY) as object;
  const start = bootstrap.runInContext(global as vm.Context) as (host: object) => Omit<Realm, 'global' | 'run'>;
  const own = start({
    globals: { ...SHARED_GLOBALS, ...options.globals },
    lazyGlobals: LAZY_GLOBALS.filter((name) => name in globalThis),
    lazyGlobal: (name: string) => Reflect.get(globalThis, name),
    structuredClone,
    isNativeError: types.isNativeError,
    isUtc: isUtc(),
    now: options.now,
    random: options.random,
  });
  return { ...own, global, run: (script) => script.runInContext(global as vm.Context) };
}
