import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { letterBody } from '../../operations/dead-letters/body.ts';
import type { DeadLetter } from '../../operations/dead-letters/dead-letter.ts';
import type { Operations } from '../../operations/operations.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { readData, setMember } from '../members.ts';
import { CommandError, printJson, printLine } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { operationsOf } from '../target.ts';
import { type RunOptions, runPlan } from './redrive.ts';

interface EditOptions extends RunOptions {
  readonly set: readonly string[];
  readonly payload?: string;
  readonly reason?: string;
}

/** Who sits here, for the record of what was changed. */
export const operatorName = (): string => process.env['TICKERTAPE_OPERATOR'] ?? userInfo().username;

async function findOne(operations: Operations, key: string): Promise<DeadLetter> {
  const letters = await operations.showDeadLetters({ key });
  const exact = letters.filter(({ messageId }) => messageId === key);
  const [letter, ...more] = exact.length > 0 ? exact : letters;
  if (!letter || more.length > 0) {
    throw new CommandError(
      `"${key}" names ${letters.length} dead letters; an edit is of one. Name it by its message id: ${letters.map(({ messageId }) => messageId).join(', ')}`,
      {
        exitCode: EXIT.usage,
      },
    );
  }
  return letter;
}

function dataOf({ payload, messageId }: DeadLetter): Record<string, unknown> {
  const data = letterBody(payload)?.envelope.data;
  if (typeof data === 'object' && data !== null) return data as Record<string, unknown>;
  throw new CommandError(`Message ${messageId} holds no event, so that it has no data to edit`, { exitCode: EXIT.usage });
}

/** The data after an editor was through with it. */
function edited(data: object): Record<string, unknown> {
  const editor = process.env['VISUAL'] ?? process.env['EDITOR'];
  if (!editor || !process.stdin.isTTY) {
    throw new CommandError('Say what is to be changed: --set <path>=<value>, --payload <file>, or an editor ($EDITOR) on a terminal', { exitCode: EXIT.usage });
  }
  const folder = mkdtempSync(join(tmpdir(), 'tickertape-edit-'));
  try {
    const file = join(folder, 'data.json');
    writeFileSync(file, `${JSON.stringify(data, null, 2)}\n`, { mode: 0o600 });
    const { status, error } = spawnSync(editor, [file], { stdio: 'inherit', shell: true });
    if (error || status !== 0) throw new CommandError(`The editor ended with ${error?.message ?? status}. Nothing was done.`);
    const text = readFileSync(file, 'utf8');
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new CommandError(`What was written is not JSON: ${error.message}. Nothing was done.`, { exitCode: EXIT.usage, cause: error });
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const shown = (value: unknown): string => (value === undefined ? '(absent)' : JSON.stringify(value));

/** `tickertape dlq edit` */
export async function edit(key: string, options: EditOptions): Promise<void> {
  const operations = await operationsOf(options);
  const letter = await findOne(operations, key);
  const data = structuredClone(options.payload === undefined ? dataOf(letter) : readData(options.payload));
  for (const assignment of options.set) setMember(data, assignment);
  const wanted = options.payload === undefined && options.set.length === 0 ? edited(data) : data;
  const plan = await operations.planEdit({ messageId: letter.messageId, data: wanted, by: operatorName(), because: options.reason });
  if (!options.json) {
    printLine(`Edit ${letter.type} ${letter.eventId}, dead-lettered at ${letter.consumer}, and send it to ${plan.to}`);
    for (const { path, before, after } of plan.edit?.changes ?? [])
      printLine(`  ${path}  ${styled('red', `− ${shown(before)}`)}  ${styled('green', `+ ${shown(after)}`)}`);
    printLine('  effect   the same event id: of original and edited copy one takes effect at most; the original is kept');
  }
  if (options.dryRun) {
    if (options.json) printJson({ plan, job: null });
    return;
  }
  await confirm(options, { name: plan.consumer, what: `Sending an edited message to ${plan.consumer}` });
  await runPlan(operations, plan, options);
}
