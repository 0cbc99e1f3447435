import { EventEmitter } from 'node:events';
import type { FunctionCode } from '../../kernel/function-runner.ts';
import type { ContextHost } from '../host.ts';

/** What Lambda sets besides the function's own variables. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export function functionEnvironment(code: FunctionCode, region: string): Record<string, string> {
  return {
    ...code.environment,
    _HANDLER: code.handler,
    TZ: code.environment['TZ'] ?? 'UTC',
    LANG: 'en_US.UTF-8',
    NODE_PATH: '/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${code.runtime ?? 'nodejs'}`,
    AWS_LAMBDA_FUNCTION_NAME: code.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: code.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(code.memoryMiB),
    AWS_LAMBDA_LOG_GROUP_NAME: code.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: code.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_ACCESS_KEY_ID: code.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: code.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: code.credentials.sessionToken,
    // The SDK would say in every context that the Node.js of this machine is old.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
  };
}

export interface ProcessParts {
  readonly code: FunctionCode;
  readonly host: ContextHost;
  readonly stdout: object;
  readonly stderr: { write(text: string): boolean };
  readonly guard: (task: () => void) => void;
  /** The function ended its process. */
  readonly onExit: (status: number) => void;
}

type HrTime = { (previous?: readonly [number, number]): [number, number]; bigint: () => bigint };

/** Monotonic time: the machine's, or the kernel's where that is virtual. */
function hrtimeOf(host: ContextHost): HrTime {
  if (!host.isVirtual) return process.hrtime as HrTime;
  const bigint = (): bigint => BigInt(host.nowMs()) * 1_000_000n;
  const hrtime = (previous?: readonly [number, number]): [number, number] => {
    const nowMs = host.nowMs();
    const seconds = Math.floor(nowMs / 1000) - (previous?.[0] ?? 0);
    const nanoseconds = (nowMs % 1000) * 1_000_000 - (previous?.[1] ?? 0);
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1_000_000_000] : [seconds, nanoseconds];
  };
  return Object.assign(hrtime, { bigint });
}

/** Figures of memory as a function sees them: the machine's would differ from run to run. */
const MEMORY = { rss: 64 * 2 ** 20, heapTotal: 32 * 2 ** 20, heapUsed: 24 * 2 ** 20, external: 2 ** 20, arrayBuffers: 0 };

/** The `process` of a context: an environment of its own and nothing of the host. */
export function contextProcess(parts: ProcessParts, region: string): Record<string, unknown> {
  const { host, guard } = parts;
  const startMs = host.nowMs();
  const self = new EventEmitter() as unknown as Record<string, unknown>;
  return Object.assign(self, {
    env: functionEnvironment(parts.code, region),
    argv: ['/var/lang/bin/node', '/var/runtime/index.mjs'],
    argv0: 'node',
    execArgv: [],
    execPath: '/var/lang/bin/node',
    title: 'node',
    pid: 8,
    ppid: 1,
    arch: 'x64',
    platform: 'linux',
    version: process.version,
    versions: process.versions,
    release: process.release,
    features: process.features,
    config: {},
    exitCode: undefined,
    stdout: parts.stdout,
    stderr: parts.stderr,
    stdin: { isTTY: false, fd: 0, on: () => undefined },
    cwd: () => '/var/task',
    umask: () => 0o22,
    getuid: () => 993,
    getgid: () => 990,
    geteuid: () => 993,
    getegid: () => 990,
    uptime: () => (host.nowMs() - startMs) / 1000,
    hrtime: hrtimeOf(host),
    cpuUsage: () => ({ user: 0, system: 0 }),
    memoryUsage: Object.assign(() => ({ ...MEMORY }), { rss: () => MEMORY.rss }),
    nextTick: (task: (...args: unknown[]) => void, ...args: unknown[]) => process.nextTick(guard, () => task(...args)),
    emitWarning: (warning: unknown, kind?: unknown) => {
      const name = warning instanceof Error ? warning.name : typeof kind === 'string' ? kind : 'Warning';
      parts.stderr.write(`(node:8) ${name}: ${warning instanceof Error ? warning.message : String(warning)}\n`);
    },
    exit: (status?: number) => parts.onExit(status ?? 0),
    abort: () => parts.onExit(134),
    kill: () => parts.onExit(137),
  });
}
