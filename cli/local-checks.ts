import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from '../operations/api/client.ts';
import type { Check } from '../operations/status/check.ts';

/** The oldest Node.js that runs it, as package.json says. */
const NODE_MIN = [20, 19] as const;

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const text = `${process.version} on ${process.platform}/${process.arch}`;
  return isEnough
    ? { name: 'node', status: 'ok', text }
    : { name: 'node', status: 'failed', text, advice: `Node.js ${NODE_MIN.join('.')} or newer is needed.` };
}

/** Whether nobody listens on a port of this machine. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const CONSOLE_PORT = 4400;
const LOOK_MS = 2_000;

/** The ports of the system whose console answers at an address: its console's and its AWS services'. None where no console of Tickertape answers in time. */
async function ownPorts(consoleUrl: string): Promise<number[]> {
  const late = AbortSignal.timeout(LOOK_MS);
  const status = await Promise.race([
    connect(consoleUrl)
      .status({})
      .catch((error: unknown) => ((error as Error).name === 'UnreachableError' || (error as Error).name === 'NotOperationsApiError' ? undefined : {})),
    new Promise<undefined>((resolve) => late.addEventListener('abort', () => resolve(undefined))),
  ]);
  // An error of the system is an answer of it, though it does not say where its services are.
  if (status === undefined) return [];
  const endpoint = (status as { endpoint?: string }).endpoint;
  return [consoleUrl, ...(endpoint === undefined ? [] : [endpoint])].map((url) => Number(new URL(url).port));
}

/** The ports that `start` would take: free, taken by the system that answers, by a Tickertape that was not asked, or by another program. */
export async function checkPorts(isRunning: boolean, ports: readonly number[] = [4566, CONSOLE_PORT], consolePort = CONSOLE_PORT): Promise<Check> {
  const name = 'ports';
  const taken: number[] = [];
  for (const port of ports) if (!(await isFree(port))) taken.push(port);
  if (isRunning) return { name, status: 'ok', text: `a system runs here; taken: ${taken.join(', ') || 'none of the usual ones'}` };
  if (taken.length === 0) return { name, status: 'ok', text: `${ports.join(' and ')} are free` };
  const own = taken.includes(consolePort) ? await ownPorts(`http://127.0.0.1:${consolePort}`) : [];
  const foreign = taken.filter((port) => !own.includes(port));
  const ours = taken.filter((port) => own.includes(port));
  const texts = [
    ...(ours.length > 0 ? [`a Tickertape runs here; it has ${ours.join(', ')}`] : []),
    ...(foreign.length > 0 ? [`${foreign.join(', ')} taken by another program`] : []),
  ];
  if (foreign.length === 0) return { name, status: 'ok', text: texts.join('; ') };
  return { name, status: 'warning', text: texts.join('; '), advice: 'Start with --port and --console-port.' };
}

/** Newest change below a folder, of files that are named so; 0 where there is none. */
function newestMs(folder: string, isMeant: (name: string) => boolean): number {
  let newest = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (isMeant(entry.name)) newest = Math.max(newest, statSync(path).mtimeMs);
    }
  }
  return newest;
}

function checkBundles(directory: string): Check {
  const name = 'bundles';
  const bundles = join(directory, '.build', 'functions');
  const sources = ['functions', 'schemas'].map((folder) => join(directory, folder)).filter((folder) => existsSync(folder));
  if (sources.length === 0) return { name, status: 'ok', text: 'no functions in this folder' };
  if (!existsSync(bundles))
    return { name, status: 'warning', text: 'there are none yet', advice: '`npm run bundle`; `npm start` and `npx cdk deploy` make them by themselves.' };
  const source = Math.max(...sources.map((folder) => newestMs(folder, (file) => /\.(ts|json)$/.test(file))));
  const bundle = newestMs(bundles, (file) => file.endsWith('.js'));
  if (source > bundle)
    return { name, status: 'warning', text: 'a source is newer than the newest bundle', advice: '`npm run bundle`, or `npm start`, which watches.' };
  return { name, status: 'ok', text: 'newer than every source' };
}

/** The folder that `--data` names: there, and this user's to read and write. What is in it is checked, byte for byte, at each start. */
function checkData(folder: string): Check {
  const name = 'data folder';
  try {
    accessSync(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing
      ? { name, status: 'warning', text: `${folder} does not exist: a start with it begins empty` }
      : { name, status: 'failed', text: `${folder} cannot be read and written: ${(error as Error).message}` };
  }
  const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  return { name, status: 'ok', text: `${folder}, ${Math.ceil(bytes / 1024)} KiB; every start checks it byte for byte` };
}

/** Looks at this machine and this folder. */
export async function localChecks({
  directory,
  data,
  isRunning,
}: {
  readonly directory: string;
  readonly data?: string | undefined;
  readonly isRunning: boolean;
}): Promise<Check[]> {
  return [checkNode(), await checkPorts(isRunning), checkBundles(directory), ...(data === undefined ? [] : [checkData(data)])];
}
