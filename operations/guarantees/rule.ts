import type { Assembly, Resource } from './assembly.ts';
import type { Derived, Guarantee } from './guarantee.ts';
import { asyncFacts, invocationCost, nameOf, type QueueFacts, queueAt, queueFacts, sqsRequest } from './parts.ts';

/** Where a rule's target says nothing. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const RETRIES = 185;
const AGE_SECONDS = 86_400;

interface Target {
  readonly Id: string;
  readonly Arn: unknown;
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
  readonly DeadLetterConfig?: { readonly Arn?: unknown };
}

/** Every target of a rule is an edge. */
export function rulesEdges(rule: Resource, assembly: Assembly): Derived[] {
  return ((rule.properties['Targets'] ?? []) as readonly Target[]).map((target) => targetEdge(rule, target, assembly));
}

function targetEdge(rule: Resource, target: Target, assembly: Assembly): Derived {
  const to = assembly.referred(target.Arn, rule);
  const underived = (reason: string): Derived => ({ underived: { stack: rule.stack, resource: `${rule.id} ${target.Id}`, type: rule.type, reason } });
  if (!to) return underived(`the target ${target.Id} is not in these templates: ${JSON.stringify(target.Arn)}`);
  const bus = busOf(rule, assembly);
  if (bus === undefined) return underived(`the bus of the rule is not in these templates: ${JSON.stringify(rule.properties['EventBusName'])}`);
  const base = deliveryOf(rule, target, { bus, assembly });
  if (to.type === 'AWS::SQS::Queue') return { guarantee: toQueue(rule, base, queueFacts(to, assembly)) };
  if (to.type === 'AWS::Lambda::Function') return { guarantee: toFunction(rule, base, { to, assembly }) };
  return underived(`what a ${to.type} does with an event is not known here; the rule tries ${target.RetryPolicy?.MaximumRetryAttempts ?? RETRIES} times more`);
}

/** `default` where the rule names none. */
function busOf(rule: Resource, assembly: Assembly): string | undefined {
  const named: unknown = rule.properties['EventBusName'];
  if (named === undefined) return 'default';
  if (typeof named === 'string') return named;
  const bus = assembly.referred(named, rule);
  return bus && nameOf(bus);
}

interface Delivery {
  readonly bus: string;
  readonly rule: string;
  readonly retriesMax: number;
  readonly secondsMax: number;
  readonly deadLetters: QueueFacts | undefined;
}

function deliveryOf(rule: Resource, target: Target, { bus, assembly }: { readonly bus: string; readonly assembly: Assembly }): Delivery {
  return {
    bus,
    rule: nameOf(rule),
    retriesMax: target.RetryPolicy?.MaximumRetryAttempts ?? RETRIES,
    secondsMax: target.RetryPolicy?.MaximumEventAgeInSeconds ?? AGE_SECONDS,
    deadLetters: queueAt(target.DeadLetterConfig?.Arn, rule, assembly),
  };
}

/** SQS moves the letters of a queue's own dead-letter queue, to the destination that is named; those of any other it does not. */
function redriveInto(queue: QueueFacts, deadLetters: QueueFacts | undefined): Guarantee['redrive'] {
  if (!deadLetters) return { kind: 'none', text: 'none: what was given up is gone' };
  const own = queue.redrive?.deadLetters;
  if (own && nameOf(own) === deadLetters.name) return { kind: 'source', text: `\`start-message-move-task\` with \`${queue.name}\` as its destination` };
  return { kind: 'copy', text: `by hand: receive from \`${deadLetters.name}\`, send to \`${queue.name}\`, delete` };
}

function toQueue(rule: Resource, { bus, rule: ruleName, retriesMax, secondsMax, deadLetters }: Delivery, queue: QueueFacts): Guarantee {
  return {
    edge: { kind: 'rule-queue', stack: rule.stack, resource: rule.id, from: bus, to: queue.name },
    // The bus keeps no order of its own, whatever the queue keeps.
    order: 'none',
    duplicates: 'at-least-once',
    loss: { keptSeconds: undefined, givenUp: deadLetters ? 'dead-lettered' : 'lost', deadLettersKeptSeconds: deadLetters?.keptSeconds },
    retry: { attemptsMax: 1 + retriesMax, secondsMax, wait: 'exponential' },
    deadLetters: deadLetters?.name,
    redrive: redriveInto(queue, deadLetters),
    lag: { namespace: 'AWS/Events', name: 'IngestionToInvocationSuccessLatency', dimensions: { EventBusName: bus, RuleName: ruleName } },
    cost: [{ unit: sqsRequest(queue), least: 1, most: 1 }],
  };
}

/** The rule hands the event to the function's own queue; from there on the function's settings count, not the rule's. */
function toFunction(
  rule: Resource,
  { bus, secondsMax, retriesMax, deadLetters }: Delivery,
  { to, assembly }: { readonly to: Resource; readonly assembly: Assembly },
): Guarantee {
  const own = asyncFacts(to, assembly);
  const name = nameOf(to);
  const kept = own.deadLetters?.type === 'AWS::SQS::Queue' ? queueFacts(own.deadLetters, assembly).keptSeconds : undefined;
  return {
    edge: { kind: 'rule-function', stack: rule.stack, resource: rule.id, from: bus, to: name },
    order: 'none',
    duplicates: 'at-least-once',
    loss: {
      keptSeconds: undefined,
      givenUp: own.deadLetters ? 'dead-lettered' : 'lost',
      deadLettersKeptSeconds: kept,
      besides: deadLetters
        ? `what Lambda itself does not take, ${retriesMax} retries or ${secondsMax / 3600} h long, goes to \`${deadLetters.name}\``
        : `what Lambda itself does not take, ${retriesMax} retries or ${secondsMax / 3600} h long, is lost`,
    },
    retry: { attemptsMax: own.attempts, secondsMax: own.secondsMax, wait: 'exponential' },
    deadLetters: own.deadLetters && nameOf(own.deadLetters),
    redrive: own.deadLetters
      ? { kind: 'copy', text: `invoke \`${name}\` with the ${own.event} of each message of \`${nameOf(own.deadLetters)}\`` }
      : { kind: 'none', text: 'none: what the function failed on is gone' },
    lag: { namespace: 'AWS/Lambda', name: 'AsyncEventAge', dimensions: { FunctionName: name } },
    cost: invocationCost(to, 1),
  };
}
