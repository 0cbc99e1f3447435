import type { Step } from '../../operations/why/explanation.ts';
import type { GlobalOptions } from '../global-options.ts';
import { printJson, printLine } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { operationsOf } from '../target.ts';

const MARKS: Readonly<Record<Step['state'], string>> = { ok: '●', stopped: '■', unknown: '◌' };
const STYLES = { ok: 'green', stopped: 'red', unknown: 'gray' } as const;

/** `tickertape why` */
export async function why(eventId: string, consumer: string, options: GlobalOptions): Promise<void> {
  const explanation = await (await operationsOf(options)).why({ eventId, consumer });
  if (options.json) {
    printJson(explanation);
    return;
  }
  const { type, verdict, because, advice, clauses, steps } = explanation;
  printLine(`${type ?? 'Event'} ${eventId} at ${explanation.consumer}: ${styled('bold', verdict)}`);
  printLine(`  ${because}`);
  if (advice) printLine(`  ${advice}`);
  printLine();
  for (const { stage, state, text } of steps) printLine(`  ${styled(STYLES[state], MARKS[state])} ${stage.padEnd(12)}${text}`);
  for (const { field, expected, found } of clauses) {
    printLine(`      ${field}`);
    printLine(`        wanted  ${JSON.stringify(expected)}`);
    printLine(`        found   ${found === undefined ? '(absent)' : JSON.stringify(found)}`);
  }
}
