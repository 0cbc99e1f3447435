import { type FoundEvent, findCommit, findEvent, findHandling, findLetter, findPath, findUndelivered, type Search } from './evidence.ts';
import type { Explanation, Step } from './explanation.ts';
import { judgeDeclared, judgeStream } from './group.ts';
import { type Judgement, step, stopped } from './judgement.ts';
import { judgeCommit, judgeLetter } from './outcome.ts';
import { judgeMapping, judgeQueue } from './reception.ts';
import { judgeReplays } from './replays.ts';
import { judgePublication, judgeRule } from './routing.ts';

/**
 * Explains why a consumer did or did not process an event. It goes the event's way, outbox, bus, rule, pattern, target, queue, mapping, function, commit, and stops where the event did; to a
 * consumer group outbox, stream, mapping, function, commit.
 * What has an outcome, a dead letter or a commit, is known from that; the way is not walked again.
 */
export async function explain(search: Search): Promise<Explanation> {
  const letter = await findLetter(search);
  const event = await findEvent(search, letter);
  const commit = await findCommit(search, event?.source);
  const steps: Step[] = [];
  const nowMs = search.surroundings.nowMs();
  const stages: (() => Promise<Judgement>)[] = [
    () => judgeReplays(search, event?.source),
    async () => judgeLetter(letter, commit),
    async () => judgeCommit(commit, letter, nowMs),
    async () => judgeEvent(search, event),
    () => judgePublication(search, event as FoundEvent),
    ...(await laterStages(search, event)),
  ];
  for (const judge of stages) {
    const { steps: found, end } = await judge();
    steps.push(...found);
    if (end) return explanationOf(search, { event, steps, end });
  }
  const because = `Nothing stands in the way of the event, and nobody remembers what became of it at ${search.consumer.consumer}`;
  return explanationOf(search, {
    event,
    steps,
    end: { verdict: 'no-trace', because, advice: 'The logs of the function may know: it logs each event that it handles.' },
  });
}

async function laterStages(search: Search, event: FoundEvent | undefined): Promise<(() => Promise<Judgement>)[]> {
  if (!event) return [];
  const path = await findPath(search);
  const { group } = search.consumer;
  if (group) return [async () => judgeDeclared(search, event), () => judgeMapping(search, { path, event }), () => judgeStream(search, { event, group })];
  return [
    () => judgeRule(search, { rule: path.rule, event }),
    () => judgeDelivery(search),
    () => judgeMapping(search, { path, event }),
    async () => judgeQueue(search, { path, handling: findHandling(search) }),
  ];
}

function judgeEvent({ eventId, surroundings }: Search, event: FoundEvent | undefined): Judgement {
  if (event) return { steps: [step('event', 'ok', `${event.detailType} of ${event.source}, known from the ${event.knownBy}`)] };
  const because = surroundings.wasPublished(eventId)
    ? `The event ${eventId} was published, so long ago that nobody has its content any more`
    : `No event with the id ${eventId} is in an outbox, which keep events for 30 days, in a dead-letter queue, or remembered by the bus`;
  return stopped('event', { verdict: 'unknown-event', because, advice: 'Look for it by what it is about: `tickertape trace <order id>`.' });
}

async function judgeDelivery(search: Search): Promise<Judgement> {
  const undelivered = await findUndelivered(search);
  if (!undelivered) return { steps: [step('delivery', 'ok', 'not among what the rule could not deliver')] };
  const { code, message } = undelivered;
  const because = `The rule could not put it into the queue: ${code}: ${message}`;
  const advice = `Mend what the error says, then move it: aws sqs start-message-move-task, from ${search.consumer.ruleDeadLetterQueueUrl}.`;
  return stopped('delivery', { verdict: 'undelivered', because, advice });
}

function explanationOf(
  { eventId, consumer }: Search,
  { event, steps, end }: { readonly event: FoundEvent | undefined; readonly steps: readonly Step[]; readonly end: NonNullable<Judgement['end']> },
): Explanation {
  const { verdict, because, advice, clauses = [] } = end;
  const correlationId = event && (JSON.parse(event.detail) as { correlationid?: string }).correlationid;
  return { eventId, consumer: consumer.consumer, verdict, because, advice, type: event?.detailType, correlationId, clauses, steps };
}
