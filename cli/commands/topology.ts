import type { Topology, TopologyConsumer } from '../../operations/status/topology.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { printJson, printLine, printNote } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { operationsOf } from '../target.ts';

function consumerText({ consumer, rule, stream, queue, mapping, mayEmit }: TopologyConsumer): string {
  const ruleText = rule ? `${rule.name}${rule.isEnabled ? '' : styled('yellow', ' (disabled)')}` : styled('red', 'no rule');
  const state = mapping === 'Enabled' ? '' : styled('yellow', ` (${mapping})`);
  const emits = mayEmit.length > 0 ? styled('gray', `  ⇢ ${mayEmit.join(', ')}`) : '';
  const way = stream === undefined ? `rule ${ruleText} → queue ${queue}` : `stream ${stream}`;
  return `${styled('bold', consumer)}${state}  ${way}${emits}`;
}

/** The graph as a tree: each event, the consumers that take it, and what their contexts publish in turn. */
export function treeOf({ bus, events, consumers }: Topology): string[] {
  const byName = new Map(consumers.map((consumer) => [consumer.consumer, consumer]));
  const lines = [styled('bold', bus)];
  events.forEach((event, index) => {
    const isLast = index === events.length - 1;
    lines.push(`${isLast ? '└─' : '├─'} ${event.type}  ${styled('gray', `from ${event.context}${event.consumers.length === 0 ? ', nobody takes it' : ''}`)}`);
    event.consumers.forEach((name, place) => {
      const consumer = byName.get(name);
      if (consumer) lines.push(`${isLast ? '   ' : '│  '}${place === event.consumers.length - 1 ? '└─' : '├─'} ${consumerText(consumer)}`);
    });
  });
  return lines;
}

/** `tickertape topology` */
export async function topology(options: GlobalOptions): Promise<void> {
  const found = await (await operationsOf(options)).topology({});
  if (options.json) {
    printJson(found);
    return;
  }
  for (const line of treeOf(found)) printLine(line);
  printNote(`${counted(found.events.length, 'event type')}, ${counted(found.consumers.length, 'consumer')}. ⇢ what the consumer's context publishes`);
}
