import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles, readAppSettings, synthesize } from '../../operations/embedded/synthesize.ts';
import { loadModule } from '../../operations/sagas/load-module.ts';
import { type RecordedInstance, type Recording, recordingOf, type Stranded, strandedBy } from '../../simulator/sagas/stranded.ts';
import { verificationOf } from '../../simulator/sagas/verification.ts';
import { describeDeployed, type Verified, type VerifiedCase, verifySaga } from '../../simulator/sagas/verify.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';

interface VerifyOptions extends GlobalOptions {
  readonly file?: string;
  readonly assembly?: string;
  readonly app?: string;
  readonly case?: string;
  readonly seed: string;
  readonly against?: string;
}

const ACCOUNT = { accountId: '000000000000', region: 'us-east-1' } as const;

const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/** `tickertape saga verify` */
export async function verify(name: string, options: VerifyOptions): Promise<void> {
  const file = options.file ?? `test/sagas/${kebab(name)}.verification.ts`;
  if (!existsSync(file)) {
    const advice = 'It says how a saga is started and what must hold of each that has ended: docs/guides/sagas.md. Name another with --file.';
    throw new CommandError(`There is no ${file}`, { exitCode: EXIT.notFound, advice });
  }
  const verification = verificationOf(await loadModule(file), file);
  const folder = options.assembly === undefined ? mkdtempSync(join(tmpdir(), 'tickertape-verify-')) : undefined;
  try {
    const assembly = options.assembly ?? (await synthesized(folder ?? '', options.app));
    const stranded = options.against === undefined ? [] : await strandedIn(options.against, { assembly, name, options });
    if (!options.json && options.against !== undefined) printStranded(stranded);
    const select = options.case === undefined ? {} : { select: ({ id }: { readonly id: string }) => id.includes(options.case ?? '') };
    const verified = await verifySaga({ assembly, saga: name, verification, seed: options.seed, ...select, onCase: progress(options) });
    if (verified.cases.length === 0) throw new CommandError(`No case has ${options.case} in its id`, { exitCode: EXIT.notFound });
    report(verified, stranded, options);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function synthesized(outputDirectory: string, app: string | undefined): Promise<string> {
  const settings = readAppSettings('.', app);
  await buildBundles(settings, '.');
  await synthesize(settings, { directory: '.', outputDirectory, ...ACCOUNT });
  return outputDirectory;
}

/** Instances of the system that runs that are looked at, at most. */
const INSTANCES_MAX = 1000;

async function running(name: string, options: GlobalOptions): Promise<Recording> {
  const operations = await operationsOf(options);
  const instances: RecordedInstance[] = [];
  for (const state of ['STUCK', 'COMPENSATING', 'RUNNING'] as const)
    for (const { sagaId } of await operations.sagas({ saga: name, state, limit: INSTANCES_MAX }))
      instances.push((await operations.saga({ sagaId })) as RecordedInstance);
  return { instances };
}

async function strandedIn(
  against: string,
  { assembly, name, options }: { readonly assembly: string; readonly name: string; readonly options: GlobalOptions },
): Promise<readonly Stranded[]> {
  const recording = against === 'running' ? await running(name, options) : recordingOf(readFileSync(against, 'utf8'), against);
  const { steps } = await describeDeployed(assembly, name);
  return strandedBy(steps, recording.instances, recording.steps);
}

/** A red case is told at once; of the others how many there are. */
function progress({ json }: VerifyOptions): (verified: VerifiedCase, total: number) => void {
  let done = 0;
  return (verified, total) => {
    done += 1;
    if (json) return;
    if (!verified.passed) printNote(`${verified.id}: ${verified.violations[0]?.cause}`);
    if (done % 25 === 0 && done < total) printNote(`${done} of ${counted(total, 'case')}`);
  };
}

function report(verified: Verified, stranded: readonly Stranded[], { json }: VerifyOptions): void {
  const failed = verified.cases.filter(({ passed }) => !passed);
  const counts = { cases: verified.cases.length, passed: verified.cases.length - failed.length, failed: failed.length };
  if (json) printJson({ saga: verified.saga, ...counts, stranded, matrix: verified.cases });
  else {
    printMatrix(verified);
    for (const line of failed.flatMap(failureLines)) printLine(line);
    printNote(`${verified.saga}: ${counted(counts.cases, 'case')}, ${counts.passed} passed, ${counts.failed} failed`);
  }
  if (failed.length === 0 && stranded.length === 0) return;
  const [first] = failed;
  const message = first
    ? `${verified.saga} does not hold: ${counts.failed} of ${counts.cases} cases failed, the first at ${first.violations[0]?.step}: ${first.violations[0]?.cause}`
    : `${counted(stranded.length, 'instance')} of ${verified.saga} could not go on with this definition`;
  throw new CommandError(message, { exitCode: EXIT.checkFailed });
}

function failureLines({ id, fault, state, violations }: VerifiedCase): string[] {
  const head = `${styled('red', '✗')} ${id}: ${fault}; the saga is ${state ?? 'not there'}`;
  return [head, ...violations.map(({ invariant, step, cause }) => `    ${step ?? '?'}: ${cause} (${invariant})`)];
}

/** One row a fault, one column a step or an undo. Crashes are as many as there are calls: they share a row. */
function printMatrix({ cases }: Verified): void {
  const columns = [...new Set(cases.map(columnOf))];
  const rows = [...new Set(cases.map(rowOf))];
  const cell = (row: string, column: string): string => {
    const found = cases.filter((each) => rowOf(each) === row && columnOf(each) === column);
    const failures = found.filter(({ passed }) => !passed).length;
    if (found.length === 0) return '·';
    const sum = found.length === 1 ? '' : ` ${found.length - failures}/${found.length}`;
    return failures === 0 ? `✓${sum}` : `✗${sum}`;
  };
  const lines = tableLines(rows, [
    { head: 'FAULT', text: (row) => row },
    ...columns.map((column) => ({ head: column, text: (row: string) => cell(row, column) })),
  ]);
  for (const line of lines) printLine(line);
}

const columnOf = ({ step, direction }: VerifiedCase): string => (direction === 'undo' ? `undo ${step}` : step);

/** What a fault does each time before the pivot, it does until the saga is stuck behind it. */
const rowOf = ({ id, fault }: VerifiedCase): string =>
  id.includes('/crash-') ? 'participant crashes between two calls' : fault.replace(/each time|until stuck/, 'each time or until stuck');

function printStranded(stranded: readonly Stranded[]): void {
  for (const { sagaId, state, cause } of stranded) printLine(`${styled('red', '✗')} ${sagaId} (${state}): ${cause}`);
  printNote(stranded.length === 0 ? 'Every recorded instance can go on with this definition' : `${counted(stranded.length, 'instance')} would be stranded`);
}
