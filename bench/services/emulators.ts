import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bundleProgram, Program } from '../processes.ts';

/** An endpoint that is measured. */
export interface Emulator {
  readonly name: string;
  readonly url: string;
  /** Of its process. */
  readonly processId: number;
  end(): Promise<void>;
}

/** Why an emulator is left out. */
export interface Absence {
  readonly name: string;
  readonly reason: string;
}

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 3000;

/** An emulator that PyPI has. */
interface Package {
  readonly name: string;
  readonly requirement: string;
  /** Its program, with arguments, and its settings. */
  command(port: number): { readonly program: string; readonly args: readonly string[]; readonly environment: Record<string, string> };
}

const MINISTACK: Package = {
  name: 'MiniStack 1.5.33',
  requirement: 'ministack==1.5.33',
  // Its log of each request is left out: that is the faster setting.
  command: (port) => ({ program: 'ministack', args: [], environment: { GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', LOG_LEVEL: 'ERROR' } }),
};

const MOTO: Package = {
  name: 'moto 5.2.5',
  requirement: 'moto[server]==5.2.5',
  command: (port) => ({ program: 'moto_server', args: ['-H', '127.0.0.1', '-p', String(port)], environment: { MOTO_ACCOUNT_ID: '000000000000' } }),
};

/** The plane, bundled as it ships, in a process of its own. */
export async function startTickertape(): Promise<Emulator> {
  const folder = process.env['BENCH_PROFILE'];
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  const program = new Program([...profile, await bundleProgram('services-plane')]);
  return { name: 'Tickertape', url: await program.line(), processId: program.id, end: () => program.end() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** The folder of the package's programs: a virtual environment in the cache, made where it is not there yet. */
async function installed({ requirement }: Package): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const environment = join(cache, `tickertape-bench-${requirement.replace(/[^a-z0-9.]+/g, '-')}`);
  const run = promisify(execFile);
  if (!existsSync(join(environment, 'installed'))) {
    rmSync(environment, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', environment]);
    await run(join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', requirement]);
    await run('touch', [join(environment, 'installed')]);
  }
  return join(environment, 'bin');
}

async function serving(url: string, child: ChildProcess): Promise<void> {
  const giveUpMs = performance.now() + START_MS_MAX;
  while (performance.now() < giveUpMs && child.exitCode === null) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error(child.exitCode === null ? `it did not serve within ${START_MS_MAX} ms` : `it ended with ${child.exitCode}`);
}

/** A process group of its own does not hear of an interrupt at the terminal. */
function endWithThisProcess(child: ChildProcess): void {
  const stop = (): void => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

/** Ends the program and all that it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await Promise.race([exited, sleep(STOP_MS_MAX)]);
  if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  await exited;
}

async function start(source: Package): Promise<Emulator | Absence> {
  const { name } = source;
  let child: ChildProcess | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'tickertape-bench-'));
  try {
    const programs = await installed(source);
    const port = await freePort();
    const { program, args, environment } = source.command(port);
    // Without Docker: what others run there is none of a benchmark's business.
    const env = { ...process.env, TMPDIR: folder, DOCKER_HOST: `unix://${folder}/no-docker.sock`, ...environment };
    child = spawn(join(programs, program), args, { cwd: folder, env, stdio: 'ignore', detached: true });
    const started = child;
    endWithThisProcess(started);
    const url = `http://127.0.0.1:${port}`;
    await serving(url, started);
    return {
      name,
      url,
      processId: started.pid ?? 0,
      end: async () => {
        await end(started);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    if (child !== undefined) await end(child);
    rmSync(folder, { recursive: true, force: true });
    return { name, reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

/** The emulators that ours is measured beside. */
export async function startOthers(): Promise<readonly (Emulator | Absence)[]> {
  return [await start(MINISTACK), await start(MOTO)];
}
