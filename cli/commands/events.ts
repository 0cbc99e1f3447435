import { followFlow, StreamEndedError } from '../../operations/api/client.ts';
import type { FollowedChange } from '../../operations/flow/flow-event.ts';
import type { GlobalOptions } from '../global-options.ts';
import { readData, setMember } from '../members.ts';
import { flowLine } from '../output/flow-line.ts';
import { printJson, printJsonLine, printLine, printNote } from '../output/report.ts';
import { operationsOf, refuseOnAws } from '../target.ts';

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
  refuseOnAws(options, 'events tail', 'nobody follows the bus there. `tickertape trace` and `consumers lag --watch` answer what it would be asked for.');
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

/** `tickertape events send` */
export async function send(type: string, options: SendOptions): Promise<void> {
  const data = options.file === undefined ? {} : readData(options.file);
  for (const assignment of options.set) setMember(data, assignment);
  const sent = await (await operationsOf(options)).sendEvent({ type, data, correlationId: options.thread });
  if (options.json) printJson(sent);
  else printLine(`${sent.type} ${sent.eventId} sent. Follow it: tickertape trace ${sent.correlationId}`);
}
