import type { ConsumerStatus } from '../../operations/status/status.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { printJson, printLine } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';

function stateOf(consumer: ConsumerStatus): string {
  if (consumer.alarm === 'ALARM') return styled('magenta', '◆ ALARM');
  if (consumer.deadLetters + consumer.ruleDeadLetters > 0) return styled('magenta', '◆ dead letters');
  if (consumer.visible + consumer.inFlight + consumer.delayed > 0) return styled('blue', '◐ working');
  return styled('green', '● idle');
}

/** `tickertape status` */
export async function status(options: GlobalOptions): Promise<void> {
  const data = await (await operationsOf(options)).status({});
  if (options.json) {
    printJson(data);
    return;
  }
  printLine(`API       ${data.api}`);
  if (data.endpoint) printLine(`Endpoint  ${data.endpoint}`);
  if (data.eventsPublished !== undefined) printLine(`Events    ${data.eventsPublished} published since it started`);
  printLine();
  const lines = tableLines(data.consumers, [
    { head: 'CONSUMER', text: ({ consumer }) => consumer },
    { head: 'ON', text: ({ on }) => on.join(', ') },
    { head: 'WAITING', text: ({ visible, delayed }) => String(visible + delayed), align: 'right' },
    { head: 'IN FLIGHT', text: ({ inFlight }) => String(inFlight), align: 'right' },
    { head: 'IN DLQ', text: ({ deadLetters, ruleDeadLetters }) => String(deadLetters + ruleDeadLetters), align: 'right' },
    { head: 'STATE', text: stateOf },
  ]);
  for (const line of lines) printLine(line);
  if (data.bus.deadLetters > 0) {
    const alarm = data.bus.alarm === 'ALARM' ? '◆ ALARM' : '◆ dead letters';
    printLine();
    printLine(`Bus       ${styled('magenta', alarm)}  ${counted(data.bus.deadLetters, 'event')} that no subscription can match (tickertape dlq show bus)`);
  }
}
