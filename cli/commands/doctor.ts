import { resolve } from 'node:path';
import type { Check } from '../../operations/status/check.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { localChecks } from '../local-checks.ts';
import { CommandError, printJson, printLine } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { isOnAws, operationsOf } from '../target.ts';

interface DoctorOptions extends GlobalOptions {
  readonly data?: string;
}

const MARKS = { ok: styled('green', '●'), warning: styled('yellow', '▲'), failed: styled('red', '■') } as const;

async function systemChecksOf(options: DoctorOptions): Promise<readonly Check[]> {
  try {
    return await (await operationsOf(options)).doctor({});
  } catch (error) {
    const isAway = (error as Error).name === 'UnreachableError';
    if (!isAway) return [{ name: 'system', status: 'failed', text: (error as Error).message }];
    // Nothing is wrong with a machine on which nothing was started yet.
    return [{ name: 'system', status: 'warning', text: (error as Error).message, advice: '`npm start` runs one here; `--target aws` looks at AWS.' }];
  }
}

/** `tickertape doctor` */
export async function doctor(options: DoctorOptions): Promise<void> {
  const ofSystem = await systemChecksOf(options);
  const isRunning = !isOnAws(options) && ofSystem.some(({ name, status }) => name === 'credentials' && status === 'ok');
  const data = options.data === undefined ? undefined : resolve(options.data);
  const checks = [...(await localChecks({ directory: process.cwd(), data, isRunning })), ...ofSystem];
  if (options.json) printJson(checks);
  else
    for (const { name, status, text, advice } of checks) {
      printLine(`${MARKS[status]} ${name.padEnd(32)}${text}`);
      if (advice) printLine(`  ${' '.repeat(32)}${styled('gray', advice)}`);
    }
  const failed = checks.filter(({ status }) => status === 'failed').length;
  if (failed > 0) throw new CommandError(`${failed} of ${checks.length} checks failed`, { exitCode: EXIT.checkFailed });
}
