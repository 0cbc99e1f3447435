import { readFileSync } from 'node:fs';
import { connect, followFlow, StreamEndedError } from '../../operations/api/client.ts';
import type { FollowedChange } from '../../operations/flow/flow-event.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { flowLine } from '../output/flow-line.ts';
import { CommandError, printJson, printJsonLine, printLine, printNote } from '../output/report.ts';

interface TailOptions extends GlobalOptions {
  readonly consumer?: string;
  readonly thread?: string;
  readonly failures?: boolean;
}

interface SendOptions extends GlobalOptions {
  readonly set: readonly string[];
  readonly file?: string;
  readonly thread?: string;
}

function isOfType(type: string, patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern));
}

function isWanted(change: FollowedChange, types: readonly string[], options: TailOptions): boolean {
  if (change.kind === 'dropped') return true;
  // It has no type and no thread: who asks for one of them asks for something else.
  if (change.kind === 'dead-lettered') return types.length === 0 && !options.thread && (!options.consumer || options.consumer === change.consumer);
  if (!isOfType(change.event.type, types)) return false;
  if (options.thread && change.event.correlationId !== options.thread) return false;
  const { consumer, failures } = options;
  if (change.kind === 'published') return !consumer && !failures;
  if (consumer && change.handling.consumer !== consumer) return false;
  const isFailure = change.handling.state === 'retrying' || change.handling.state === 'dead';
  return failures || !consumer ? isFailure : change.handling.state !== 'waiting';
}

/** `tickertape events tail` */
export async function tail(types: readonly string[], options: TailOptions): Promise<void> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  const timer = options.timeout === undefined ? undefined : setTimeout(stop, options.timeout * 1000);
  printNote(`Following events at ${options.console}. Ctrl-C ends it.`);
  try {
    for await (const change of followFlow(options.console, controller.signal)) {
      if (!isWanted(change, types, options)) continue;
      if (options.json) printJsonLine({ type: change.kind, ...change });
      else printLine(flowLine(change));
    }
    if (!controller.signal.aborted) throw new StreamEndedError(options.console);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Sets a member by its path: `lines.0.sku=CD-001`. */
function setMember(data: Record<string, unknown>, assignment: string): void {
  const [path = '', ...rest] = assignment.split('=');
  if (path === '' || rest.length === 0) throw new CommandError(`--set ${assignment}: expected <path>=<value>`, { exitCode: EXIT.usage });
  const names = path.split('.');
  let target = data;
  names.slice(0, -1).forEach((name, index) => {
    target[name] ??= /^\d+$/.test(names[index + 1] ?? '') ? [] : {};
    target = target[name] as Record<string, unknown>;
  });
  target[names.at(-1) ?? ''] = readValue(rest.join('='));
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A bare word is a string: --set customerId=ada.
    return text;
  }
}

function readData(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`, { exitCode: EXIT.usage, cause: error });
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new CommandError(`${path} is not JSON: ${(error as Error).message}`, { exitCode: EXIT.usage, cause: error });
  }
}

/** `tickertape events send` */
export async function send(type: string, options: SendOptions): Promise<void> {
  const data = options.file === undefined ? {} : readData(options.file);
  for (const assignment of options.set) setMember(data, assignment);
  const sent = await connect(options.console).sendEvent({ type, data, correlationId: options.thread });
  if (options.json) printJson(sent);
  else printLine(`${sent.type} ${sent.eventId} sent. Follow it: tickertape trace ${sent.correlationId}`);
}
