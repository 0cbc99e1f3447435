import { confirm } from '../confirm.ts';
import type { ConfirmedOptions } from '../global-options.ts';
import { printJson, printLine, printNote } from '../output/report.ts';
import { operationsOf } from '../target.ts';

/** `tickertape aggregate forget` */
export async function forget(subject: string, options: ConfirmedOptions): Promise<void> {
  await confirm(options, { name: subject, what: `Forget the personal data of ${subject} for good`, always: true });
  const forgotten = await (await operationsOf(options)).forgetSubject({ subject });
  if (options.json) {
    printJson(forgotten);
    return;
  }
  for (const { context, types } of forgotten.forgottenBy) printLine(`${context}  ${types.join(', ')}`);
  printNote(`${subject} is forgotten by the event store. The archive of the bus, the stream, dead letters and read models forget by their own rules.`);
}
