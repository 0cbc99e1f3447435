import { compilePath } from '../../languages/input-transformer/index.ts';
import { archiveEvent } from './archive/archive-store.ts';
import { archiveNameOf } from './archive/managed-rule.ts';
import { enqueue } from './delivering/line.ts';
import type { PendingDelivery } from './delivering/pending-delivery.ts';
import type { BusEvent } from './event.ts';
import { countForRule } from './metrics.ts';
import { type EventsState, liveBus, type Rule } from './state.ts';
import { targetInput } from './target-input.ts';

/** Defaults of a retry policy. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const ATTEMPTS_MAX = 185;
const EVENT_AGE_SECONDS_MAX = 86_400;

/** An event on a bus. `ruleArns` are the only rules that are to see it, where a replay names them. */
interface Routed {
  readonly event: BusEvent;
  readonly busName: string;
  readonly cause: number;
  readonly ruleArns?: ReadonlySet<string> | undefined;
}

/**
 * Matches an event against the bus's rules and notes one delivery per event and target. All of it is one transition with the request that brought
 * the event: once that is answered, nothing of it is lost.
 */
export function route(state: EventsState, { event, busName, cause, ruleArns }: Routed): void {
  const { kernel } = state;
  const { rules, patterns } = liveBus(state, busName);
  const names = patterns.size === 0 ? [] : patterns.matching(patterns.flatten(event.value));
  let isMatched = false;
  for (const name of names) {
    const rule = rules.get(name);
    if (!rule || (ruleArns && !ruleArns.has(rule.arn))) continue;
    if (rule.managedBy !== undefined) {
      archiveEvent(state.archives, { event, archiveName: archiveNameOf(rule), cause });
      continue;
    }
    isMatched = true;
    const detail = { eventId: event.id, busName, targets: rule.targets.length };
    const matched = kernel.journal.append({ service: 'eventbridge', kind: 'rule-matched', arn: rule.arn, cause, detail });
    countForRule(kernel, { busName, ruleName: name }, 'MatchedEvents');
    sendToTargets(state, { event, rule, cause: matched });
  }
  if (isMatched) return;
  const arn = kernel.arn('events', `event-bus/${busName}`);
  kernel.journal.append({ service: 'eventbridge', kind: 'event-unmatched', arn, cause, detail: { id: event.id } });
}

/** Notes the deliveries of an event to a rule's targets. */
export function sendToTargets(state: EventsState, { event, rule, cause }: { readonly event: BusEvent; readonly rule: Rule; readonly cause: number }): void {
  const { kernel } = state;
  const metered = { busName: rule.busName, ruleName: rule.name };
  countForRule(kernel, metered, 'TriggeredRules');
  for (const target of rule.targets) {
    const input = targetInput(target, event, rule);
    const body = 'body' in input ? input.body : event.text;
    const pending: PendingDelivery = {
      id: kernel.uuid(),
      eventId: event.id,
      ...metered,
      ruleArn: rule.arn,
      targetId: target.Id ?? '',
      targetArn: target.Arn ?? '',
      roleArn: target.RoleArn,
      body,
      original: body === event.text ? undefined : event.text,
      failure: 'invalid' in input ? { code: 'INVALID_JSON', message: input.invalid, exhausted: undefined } : undefined,
      deadLetterAttempts: 0,
      messageGroupId: target.SqsParameters?.MessageGroupId,
      partitionKey: partitionKey(target.KinesisParameters?.PartitionKeyPath, event),
      deadLetterArn: target.DeadLetterConfig?.Arn,
      retriesMax: target.RetryPolicy?.MaximumRetryAttempts ?? ATTEMPTS_MAX,
      ingestedMs: kernel.nowMs(),
      expiresMs: kernel.nowMs() + (target.RetryPolicy?.MaximumEventAgeInSeconds ?? EVENT_AGE_SECONDS_MAX) * 1000,
      hops: event.hops,
      attempts: 0,
      dueMs: kernel.nowMs(),
      cause,
    };
    countForRule(kernel, metered, 'Invocations');
    enqueue(state.line, pending);
  }
}

/** A stream's partition key: what the path leads to, or else the event's id. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_KinesisParameters.html */
function partitionKey(pathText: string | undefined, event: BusEvent): string {
  const found = pathText === undefined ? undefined : compilePath(pathText)?.(event.value);
  return found === undefined ? event.id : String(found);
}
