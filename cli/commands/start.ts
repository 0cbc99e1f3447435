import { resolve } from 'node:path';
import type { DeploymentReport, JournalEntry } from '../../local/index.ts';
import { Host, type Reload } from '../../operations/embedded/host.ts';
import type { FlowChange } from '../../operations/flow/flow-event.ts';
import { placeSamples } from '../../operations/load/samples.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { formatDuration } from '../output/duration.ts';
import { flowLine } from '../output/flow-line.ts';
import { headline } from '../output/printable.ts';
import { printJsonLine, printLine, printNote, printProblem, printText } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { refuseOnAws } from '../target.ts';

interface StartOptions extends GlobalOptions {
  readonly app?: string;
  readonly assembly?: string;
  readonly port: number;
  readonly consolePort: number;
  readonly data?: string;
  readonly clock: 'real' | 'x10';
  readonly samples: boolean;
  readonly watch: boolean;
  readonly deliverTwice?: boolean;
}

/** Lines a second that a person can still follow; what goes beyond is counted. */
const LINES_A_SECOND_MAX = 40;

/** Prints events as they happen, at a readable pace. */
class LivePrinter {
  #secondStartMs = 0;
  #printed = 0;
  #held = 0;

  print(change: FlowChange): void {
    // A consumer's success is the rule; it shows in `trace`. What waits again or failed does not go without saying.
    if (change.kind === 'handled' && change.handling.state !== 'retrying' && change.handling.state !== 'dead') return;
    const nowMs = Date.now();
    if (nowMs - this.#secondStartMs >= 1000) {
      if (this.#held > 0) printLine(flowLine({ kind: 'dropped', count: this.#held }));
      this.#secondStartMs = nowMs;
      this.#printed = 0;
      this.#held = 0;
    }
    if (this.#printed >= LINES_A_SECOND_MAX) this.#held += 1;
    else printLine(flowLine(change));
    this.#printed += 1;
  }
}

/** Denied calls and functions that could not even answer: what no consumer reports by itself. Each is told once. */
class ProblemPrinter {
  readonly #told = new Set<string>();

  /** After a change the same problem is news again. */
  forget(): void {
    this.#told.clear();
  }

  print({ kind, arn, detail }: JournalEntry): void {
    const problem = problemOf(kind, detail);
    if (problem === undefined || this.#told.has(problem)) return;
    this.#told.add(problem);
    printLine(`${styled('red', `■ ${arn.slice(arn.lastIndexOf(':') + 1)}`)}  ${problem}`);
  }
}

function problemOf(kind: string, detail: JournalEntry['detail']): string | undefined {
  if (String(detail['error']).startsWith('AccessDenied') && !String(detail['principal']).endsWith(':root')) return String(detail['message']);
  if (kind !== 'invocation-ended' || (detail['outcome'] !== 'unhandled-error' && detail['outcome'] !== 'timed-out')) return undefined;
  const { errorType = detail['outcome'], errorMessage = '' } = (detail['error'] ?? {}) as { errorType?: string; errorMessage?: string };
  // Request ids differ from call to call.
  return headline(`${errorType}: ${errorMessage.replace(/RequestId: \S+ /, '').replace(/^\S+Z /, '')}`);
}

function reportReload(outcome: Reload, isJson: boolean): void {
  if (isJson) {
    printJsonLine(
      outcome.status === 'reloaded'
        ? {
            type: 'reloaded',
            tookMs: Math.round(outcome.tookMs),
            changes: outcome.report.changes.map(({ cdkPath, action, reason }) => ({ cdkPath, action, reason })),
          }
        : { type: 'reload-failed', message: outcome.error.message },
    );
    return;
  }
  if (outcome.status === 'failed') {
    const output = (outcome.error as { output?: string }).output;
    const [first = '', ...rest] = outcome.error.message.split('\n');
    printLine(styled('red', `■ Not reloaded: ${first}`));
    for (const line of rest) printLine(`  ${line}`);
    if (output) printText(output);
    return;
  }
  const { changes } = outcome.report;
  if (changes.length === 0) return;
  const shown = changes.slice(0, 5).map(({ action, cdkPath }) => `${action} ${cdkPath}`);
  const more = changes.length > shown.length ? ` and ${changes.length - shown.length} more` : '';
  printLine(styled('cyan', `↻ Reloaded in ${formatDuration(outcome.tookMs)}: ${shown.join(', ')}${more}`));
}

function printReady(host: Host, report: DeploymentReport, options: StartOptions, tookMs: number): void {
  if (options.json) {
    printJsonLine({ type: 'ready', endpoint: host.endpoint, api: host.apiUrl, console: host.consoleUrl, tookMs: Math.round(tookMs) });
    return;
  }
  const resources = report.changes.length + report.unchanged;
  printLine(`${styled('bold', 'Tickertape')} runs ${report.stacks.length} stacks, ${resources} resources, ready in ${formatDuration(tookMs)}`);
  if (host.apiUrl) printLine(`  API       ${host.apiUrl}`);
  printLine(`  AWS       ${host.endpoint}   (AWS_ENDPOINT_URL, region ${host.plane.kernel.region}, any credentials)`);
  printLine(`  Console   ${host.consoleUrl}`);
  printLine('  Operate   npx tickertape status | trace <order> | dlq list | events tail');
  printLine();
  const { messages, untilMs } = host.plane.inFlightAtStart;
  if (messages === 0) return;
  const seconds = Math.max(1, Math.ceil((untilMs - host.plane.kernel.nowMs()) / 1000));
  printLine(`${counted(messages, 'message')} in flight when it last ended: ${messages === 1 ? 'it comes' : 'they come'} back within ${seconds} s.`);
  printLine();
}

/** Prints what happens until the returned function is called. */
function printLive(host: Host, problems: ProblemPrinter): () => void {
  const printer = new LivePrinter();
  const ends = [host.flow.listen((change) => printer.print(change)), host.plane.kernel.journal.listen((entry) => problems.print(entry))];
  return () => {
    for (const end of ends) end();
  };
}

/** A signal repeated within this time is the same: a terminal sends it to npm and to us, and npm hands it on. */
const SAME_SIGNAL_MS = 1000;

/** Resolves at the first SIGINT or SIGTERM. A later one, once the stop is under way, ends the process at once. */
function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const stop = (): void => {
      const nowMs = performance.now();
      firstMs ??= nowMs;
      if (nowMs - firstMs > SAME_SIGNAL_MS) process.exit(EXIT.interrupted);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** Invocations under way may take so long to end. */
const DRAIN_MS_MAX = 5000;

async function stop(host: Host, { stopPrinting, isJson }: { readonly stopPrinting: () => void; readonly isJson: boolean }): Promise<void> {
  const { invocations } = host.plane.traffic;
  const wait =
    invocations === 0
      ? ''
      : ` ${counted(invocations, 'invocation')} under way may end, for ${formatDuration(DRAIN_MS_MAX)} at most; Ctrl-C again ends at once.`;
  if (!isJson) printText(`\nStopping.${wait}`);
  const left = await host.drain(DRAIN_MS_MAX);
  // What the stop itself breaks off is no failure of the system.
  stopPrinting();
  if (left > 0)
    printNote(`${counted(left, 'invocation')} broken off. The messages come back when their visibility timeout ends, where the state is kept (--data).`);
}

/** `tickertape start` */
export async function start(options: StartOptions): Promise<void> {
  refuseOnAws(options, 'start', 'it runs the system on this machine. `npx cdk deploy --all` brings it to AWS.');
  const startMs = performance.now();
  const problems = new ProblemPrinter();
  const host = new Host({
    directory: process.cwd(),
    app: options.app,
    assembly: options.assembly,
    port: options.port,
    consolePort: options.consolePort,
    dataDirectory: options.data === undefined ? undefined : resolve(options.data),
    clockFactor: options.clock === 'x10' ? 10 : 1,
    deliversTwice: options.deliverTwice === true,
    onReload: options.watch
      ? (outcome) => {
          problems.forget();
          reportReload(outcome, options.json);
        }
      : undefined,
    onBug: (error) => printProblem(`A defect of the embedded plane: ${error instanceof Error ? error.stack : String(error)}`),
  });
  const interrupted = untilInterrupted();
  try {
    const report = await host.start();
    const stopPrinting = options.json ? () => {} : printLive(host, problems);
    printReady(host, report, options, performance.now() - startMs);
    if (options.samples && host.apiUrl) await placeSamples(host.apiUrl, String(Date.now()));
    await interrupted;
    await stop(host, { stopPrinting, isJson: options.json });
  } finally {
    await host.close();
  }
}
