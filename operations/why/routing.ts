import type { ConsumerRule } from '../consumers/rule.ts';
import { type FoundEvent, relayOf, type Search } from './evidence.ts';
import { type Judgement, step, stopped } from './judgement.ts';
import { failedClauses } from './pattern-clauses.ts';

/** Whether the bus took the event, or it waits in the outbox. Where nobody remembers what the bus took, the relay's state is all that can be said. */
export async function judgePublication(search: Search, { knownBy, tableName }: FoundEvent): Promise<Judgement> {
  const wasPublished = search.surroundings.wasPublished(search.eventId);
  if (knownBy === 'bus' || wasPublished) return { steps: [step('published', 'ok', 'the bus took it')] };
  if (knownBy === 'question') return { steps: [step('published', 'unknown', 'nobody remembers whether the bus took it; it is looked at as if it had')] };
  if (tableName === undefined) return { steps: [step('published', 'ok', 'it came as far as a dead-letter queue')] };
  const relay = await relayOf(search, tableName);
  const isRunning = relay?.state === 'Enabled';
  const said = relay === undefined ? 'the table has no stream' : `the relay's event source mapping is ${relay.state}`;
  if (isRunning && wasPublished === undefined) {
    return { steps: [step('published', 'unknown', 'it is in the outbox, and the relay runs: most likely the bus took it')] };
  }
  const because = `It is committed in the outbox of ${tableName} and not on the bus: ${said}`;
  const advice = isRunning
    ? 'The relay is behind, or its function fails: look at its log.'
    : 'Enable the mapping of the relay: what waits in the stream is published then, for 24 hours.';
  return stopped('published', { verdict: 'not-published', because, advice });
}

/** The event as a rule sees it. */
export function busEventOf({ system, eventId }: Search, { source, detailType, detail }: FoundEvent): Readonly<Record<string, unknown>> {
  const [, , , region, account] = system.busArn.split(':');
  const envelope = JSON.parse(detail) as { readonly time?: string };
  return {
    version: '0',
    id: eventId,
    'detail-type': detailType,
    source,
    account,
    time: envelope.time ?? new Date(0).toISOString(),
    region,
    resources: [],
    detail: envelope,
  };
}

/** Whether the consumer's rule takes the event and has the queue as its target. */
export async function judgeRule(search: Search, { rule, event }: { readonly rule: ConsumerRule | undefined; readonly event: FoundEvent }): Promise<Judgement> {
  const { clients, consumer, system } = search;
  if (!rule) {
    const because = `No rule on the bus ${system.busName} leads to the queue of ${consumer.consumer}`;
    return stopped('rule', { verdict: 'rule-missing', because, advice: 'Deploy the stack of the consumer again.' });
  }
  const clauses = await failedClauses(clients.eventbridge, rule.pattern, busEventOf(search, event));
  if (clauses.length > 0) {
    const because = `The rule ${rule.name} does not take it: ${clauses.map(({ field, expected, found }) => `${field} is ${textOf(found)}, wanted is ${textOf(expected)}`).join('; ')}`;
    return stopped('pattern', { verdict: 'pattern', because, advice: 'Subscribe the consumer to it (`on`, `flow`), if it should get it.', clauses });
  }
  const matched = step('pattern', 'ok', `the pattern of ${rule.name} takes it`);
  if (!rule.isEnabled) {
    const because = `The rule ${rule.name} is disabled: events that pass meanwhile are not kept for the consumer`;
    const { steps, end } = stopped('rule', { verdict: 'rule-disabled', because, advice: 'Enable the rule; `tickertape replay` brings what has passed.' });
    return { steps: [matched, ...steps], end };
  }
  if (!rule.hasTarget) {
    const because = `The rule ${rule.name} takes it and does not have the queue of ${consumer.consumer} as a target`;
    const { steps, end } = stopped('target', {
      verdict: 'target-missing',
      because,
      advice: 'Deploy the stack of the consumer again; `tickertape replay` brings what has passed.',
    });
    return { steps: [matched, ...steps], end };
  }
  return { steps: [matched, step('rule', 'ok', `${rule.name} is enabled`), step('target', 'ok', 'the queue is its target')] };
}

const textOf = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
