import { Console } from 'node:console';
import { formatWithOptions } from 'node:util';
import { consoleLine } from '../log-lines.ts';

export interface ConsoleSink {
  readonly nowMs: () => number;
  readonly requestId: () => string | undefined;
  /** Takes one entry of the log. */
  readonly line: (text: string) => void;
}

/** `process.stdout` and `process.stderr`: what is written becomes log lines as it is, one for each write, without its last line feed. */
export function logStream(sink: ConsoleSink, fd: number): object {
  const write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8');
    if (text !== '') sink.line(text.endsWith('\n') ? text.slice(0, -1) : text);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') process.nextTick(callback as (error: null) => void, null);
    return true;
  };
  const self: Record<string, unknown> = { fd, isTTY: false, writable: true, columns: 80, write, end: write };
  const same = (): object => self;
  for (const name of ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'emit']) self[name] = same;
  self['listenerCount'] = () => 0;
  return self;
}

/** Methods that the Node.js runtime rewrites to lines with time, request and level. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
const LEVELS = { log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE' } as const;

/** The console of a context, and the module of that name. */
export function contextConsole(sink: ConsoleSink, streams: { stdout: object; stderr: object }): { console: Console; module: object } {
  const console = new Console({ stdout: streams.stdout as NodeJS.WritableStream, stderr: streams.stderr as NodeJS.WritableStream });
  const log = (level: string, args: readonly unknown[]): void =>
    sink.line(consoleLine({ atMs: sink.nowMs(), requestId: sink.requestId(), level, text: formatWithOptions({}, ...args) }));
  for (const [method, level] of Object.entries(LEVELS)) Object.assign(console, { [method]: (...args: unknown[]) => log(level, args) });
  const startedMs = new Map<string, number>();
  const elapsed = (label: string): string => `${label}: ${sink.nowMs() - (startedMs.get(label) ?? sink.nowMs())}ms`;
  Object.assign(console, {
    time: (label = 'default') => void startedMs.set(label, sink.nowMs()),
    timeLog: (label = 'default', ...args: unknown[]) => log('INFO', [elapsed(label), ...args]),
    timeEnd: (label = 'default') => {
      log('INFO', [elapsed(label)]);
      startedMs.delete(label);
    },
  });
  return { console, module: Object.assign(Object.create(console), { Console, default: console }) };
}
