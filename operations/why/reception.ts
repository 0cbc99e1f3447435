import type { Handling } from '../flow/flow-event.ts';
import type { FoundEvent, Path, Search } from './evidence.ts';
import type { FailedClause } from './explanation.ts';
import { type Judgement, step, stopped } from './judgement.ts';
import { failedClauses } from './pattern-clauses.ts';
import { busEventOf } from './routing.ts';

/** Whether the poller takes the event from the queue, and has a function to bring it to. */
export async function judgeMapping(search: Search, { path, event }: { readonly path: Path; readonly event: FoundEvent }): Promise<Judgement> {
  const { consumer } = search;
  const { mapping } = path;
  if (!path.function)
    return stopped('function', {
      verdict: 'function-missing',
      because: `The function ${consumer.functionName} does not exist`,
      advice: 'Deploy the stack of the consumer again.',
    });
  if (mapping.state === 'missing') {
    return stopped('mapping', {
      verdict: 'mapping-missing',
      because: `No event source mapping brings events to ${consumer.consumer}`,
      advice: 'Deploy the stack of the consumer again.',
    });
  }
  const filtered = await filteredBy(search, { filters: mapping.filters, event });
  if (filtered) {
    const because = `A filter of the event source mapping drops it: Lambda ${consumer.group ? 'passes by' : 'deletes from the queue'} what no filter takes`;
    return stopped('mapping', { verdict: 'filtered', because, advice: 'Mend the filter; `tickertape replay` brings what was dropped.', clauses: filtered });
  }
  if (mapping.state === 'Disabled' || mapping.state === 'Disabling') {
    const because = `The consumer is paused (its event source mapping is ${mapping.state}): ${consumer.group ? 'the record waits in the stream, for as long as that keeps it' : 'the message waits in its queue'}`;
    return stopped('mapping', { verdict: 'paused', because, advice: `\`tickertape consumers resume ${consumer.consumer}\`` });
  }
  if (path.function.reserved === 0) {
    return stopped('function', {
      verdict: 'throttled',
      because: `The function ${consumer.functionName} has a reserved concurrency of 0: nothing runs`,
      advice: 'Remove the limit.',
    });
  }
  const problem = mapping.lastResult?.startsWith('PROBLEM') ? `, whose last poll said: ${mapping.lastResult}` : '';
  return {
    steps: [
      step('mapping', problem === '' ? 'ok' : 'unknown', `the event source mapping is ${mapping.state}${problem}`),
      step('function', 'ok', `the function is ${path.function.state}`),
    ],
  };
}

/** The clauses of the filter that comes nearest, where filters there are and none takes the event. A filter sees `body` of a message, `data` of a record; EventBridge judges it as a part of an event's detail. */
async function filteredBy(
  search: Search,
  { filters, event }: { readonly filters: readonly string[]; readonly event: FoundEvent },
): Promise<readonly FailedClause[] | undefined> {
  if (filters.length === 0) return undefined;
  const busEvent = busEventOf(search, event);
  const wrapped = { ...busEvent, detail: search.consumer.group ? { data: busEvent['detail'] } : { body: busEvent } };
  const results = await Promise.all(
    filters.map((filter) => failedClauses(search.clients.eventbridge, JSON.stringify({ detail: JSON.parse(filter) as unknown }), wrapped)),
  );
  const nearest = [...results].sort((a, b) => a.length - b.length)[0] ?? [];
  return nearest.length === 0 ? undefined : nearest.map((clause) => ({ ...clause, field: clause.field.replace(/^detail\./, '') }));
}

/** Where the event is on its way through the queue, as far as anybody knows: no live queue is read for it, for each receive counts as an attempt. */
export function judgeQueue({ consumer }: Search, { path, handling }: { readonly path: Path; readonly handling: Handling | undefined }): Judgement {
  const { visible, inFlight, delayed } = path.depth;
  if (handling?.state === 'retrying') {
    const because = `Attempt ${handling.attempts} of ${consumer.maxReceiveCount} failed, and another follows: ${handling.error ?? 'the handler did not say why'}`;
    return stopped('queue', { verdict: 'retrying', because, advice: 'After the last attempt it is dead-lettered.' });
  }
  if (handling?.state === 'running') return stopped('queue', { verdict: 'in-flight', because: `Attempt ${handling.attempts} is under way` });
  if (handling?.state === 'waiting')
    return stopped('queue', { verdict: 'waiting', because: `It waits in the queue, with ${visible + inFlight + delayed} in all` });
  if (handling === undefined && inFlight > 0) {
    return stopped('queue', {
      verdict: 'in-flight',
      because: `The queue has ${inFlight} in flight and ${visible + delayed} waiting; it may be among them: being handled, or failed and hidden until its next attempt`,
    });
  }
  if (handling === undefined && visible + delayed > 0)
    return stopped('queue', { verdict: 'waiting', because: `The queue has ${visible + delayed} waiting; it may be among them` });
  return { steps: [step('queue', 'unknown', 'the queue holds nothing')] };
}
