import assert from 'node:assert';
import asyncHooks from 'node:async_hooks';
import buffer from 'node:buffer';
import childProcess from 'node:child_process';
import cluster from 'node:cluster';
import dgram from 'node:dgram';
import diagnosticsChannel from 'node:diagnostics_channel';
import dns from 'node:dns';
import events from 'node:events';
import inspector from 'node:inspector';
import net from 'node:net';
import path from 'node:path';
import perfHooks from 'node:perf_hooks';
import punycode from 'node:punycode';
import querystring from 'node:querystring';
import readline from 'node:readline';
import stream from 'node:stream';
import streamConsumers from 'node:stream/consumers';
import streamPromises from 'node:stream/promises';
import streamWeb from 'node:stream/web';
import stringDecoder from 'node:string_decoder';
import tls from 'node:tls';
import tty from 'node:tty';
import url from 'node:url';
import util from 'node:util';
import utilTypes from 'node:util/types';
import v8 from 'node:v8';
import vm from 'node:vm';
import workerThreads from 'node:worker_threads';
import zlib from 'node:zlib';
import { partly } from './refused.ts';
import { synchronousZlib } from './zlib.ts';

/** Modules that know nothing of the machine: shared by all contexts. */
const SHARED: Readonly<Record<string, object>> = {
  assert,
  'assert/strict': assert.strict,
  async_hooks: asyncHooks,
  buffer,
  diagnostics_channel: diagnosticsChannel,
  events,
  path,
  'path/posix': path.posix,
  punycode,
  querystring,
  stream,
  'stream/consumers': streamConsumers,
  'stream/promises': streamPromises,
  'stream/web': streamWeb,
  string_decoder: stringDecoder,
  sys: util,
  url,
  util,
  'util/types': utilTypes,
};

/** Modules that bundles import and hardly ever use: loadable, and refused by name when used. */
const REFUSED: Readonly<Record<string, object>> = {
  child_process: partly('child_process', childProcess, {}),
  cluster: partly('cluster', cluster, { isPrimary: true, isMaster: true, isWorker: false }),
  dgram: partly('dgram', dgram, {}),
  dns: partly('dns', dns, { promises: partly('dns/promises', dns.promises, {}) }),
  'dns/promises': partly('dns/promises', dns.promises, {}),
  inspector: partly('inspector', inspector, { url: () => undefined }),
  net: partly('net', net, { isIP: net.isIP, isIPv4: net.isIPv4, isIPv6: net.isIPv6 }),
  readline: partly('readline', readline, {}),
  tls: partly('tls', tls, { rootCertificates: [], DEFAULT_MIN_VERSION: tls.DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION: tls.DEFAULT_MAX_VERSION }),
  tty: partly('tty', tty, { isatty: () => false }),
  v8: partly('v8', v8, { getHeapStatistics: () => ({ heap_size_limit: 128 * 2 ** 20, total_heap_size: 32 * 2 ** 20, used_heap_size: 24 * 2 ** 20 }) }),
  vm: partly('vm', vm, {}),
  worker_threads: partly('worker_threads', workerThreads, { isMainThread: true, parentPort: null, workerData: null, threadId: 0 }),
};

/** What differs from context to context. Made when first asked for. */
export type OwnModules = Readonly<Record<string, () => object>>;

/** On a virtual clock everything ends in the order of the calls; on a real one the machine's own `zlib` will do. */
export const zlibFor = (isVirtual: boolean): object => (isVirtual ? synchronousZlib() : zlib);

/** `perf_hooks` over the context's own clock. */
export const perfHooksFor = (performance: object): object => partly('perf_hooks', perfHooks, { performance, constants: perfHooks.constants });

/** Answers `require` of Node's own modules, with or without `node:`; `undefined` for a name that is none. */
export function builtinModules(own: OwnModules): (name: string) => object | undefined {
  const made = new Map<string, object>();
  return (name) => {
    const bare = name.startsWith('node:') ? name.slice(5) : name;
    const found = made.get(bare) ?? SHARED[bare] ?? REFUSED[bare];
    if (found) return found;
    const make = own[bare];
    if (!make) return undefined;
    const created = make();
    made.set(bare, created);
    return created;
  };
}
