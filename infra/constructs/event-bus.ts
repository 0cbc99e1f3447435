import { CfnArchive, CfnRule, EventBus as RulesBus } from 'aws-cdk-lib/aws-events';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeadLetterIndex } from './dead-letter-index.ts';
import { physicalName, SYSTEM } from './naming.ts';
import { allowRule, type DeadLetterQueue, deadLetterQueue, RULE_RETRY_POLICY } from './queue.ts';
import { Subscription, type SubscriptionProps } from './subscription.ts';

/**
 * What no subscription of this system can match, whoever subscribes to what: it lacks the envelope, or its source or `dataschema` are not of our form. Together with the
 * pattern of a subscription this parts the events in two. An event with an envelope that nobody subscribes to matches neither: that is a fact nobody is interested in yet.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
const NO_EVENT_OF_OURS = {
  $or: [
    { source: [{ 'anything-but': { prefix: `${SYSTEM}.` } }] },
    {
      detail: {
        $or: [
          { specversion: [{ exists: false }] },
          { specversion: [{ 'anything-but': '1.0' }] },
          { dataschema: [{ exists: false }] },
          { dataschema: [{ 'anything-but': { wildcard: `${SYSTEM}:*/v*` } }] },
          { flow: [{ exists: false }] },
        ],
      },
    },
  ],
};

/** As long as commits are remembered: what is replayed from the archive is known as done by who did it. */
const ARCHIVE_RETENTION = Duration.days(30);

/** The bus: EventBridge with rules and targets. Producers know it and nobody behind it. What is no event of ours ends in a dead-letter queue of the bus. */
export class EventBus extends Construct {
  readonly bus: RulesBus;
  /** Under this name the bus stands in the dead-letter index, in the place of a consumer. */
  readonly name = 'bus';
  readonly busName: string;
  readonly busArn: string;
  readonly deadLetterIndex: DeadLetterIndex;
  /** Where events go that no subscription can match. */
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, { deadLetterIndex }: { readonly deadLetterIndex: DeadLetterIndex }) {
    super(scope, id);
    this.bus = new RulesBus(this, 'Bus', { eventBusName: SYSTEM, description: 'Facts that happened, for whoever subscribes.' });
    this.busName = this.bus.eventBusName;
    this.busArn = this.bus.eventBusArn;
    this.deadLetterIndex = deadLetterIndex;
    // The construct `Archive` asks for a pattern; this one keeps every event, so that a consumer of tomorrow can be brought up to date.
    new CfnArchive(this, 'Archive', {
      archiveName: SYSTEM,
      description: 'Every event of the last 30 days, to be replayed.',
      sourceArn: this.busArn,
      retentionDays: ARCHIVE_RETENTION.toDays(),
    });
    // A consumer of this name would have the same queues.
    const name = physicalName(this, { kind: 'consumer', name: this.name });
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', {
      name: `${name}-dead-letters`,
      holds: 'events on the bus that are none of ours',
      advice: 'See why with `tickertape dlq list` and mend their producer: no consumer takes them.',
    });
    this.#catchMalformed(name);
    deadLetterIndex.indexBus(this.name, this.deadLetters);
  }

  /**
   * Subscribes a consumer: rule, queue, dead-letter queues, alarms, function and grants, all in `scope`. With a handler file it is all that a new consumer needs.
   * @param name the consumer's name, once in the system, and the same in its `consumer({ name })`
   */
  subscribe(scope: Construct, name: string, props: Omit<SubscriptionProps, 'bus' | 'name'>): Subscription {
    return new Subscription(scope, `Consumer-${name}`, { ...props, bus: this, name });
  }

  #catchMalformed(name: string): void {
    const undelivered = deadLetterQueue(this, 'Undelivered', {
      name: `${name}-undelivered`,
      holds: `events that the bus could not put into ${name}-dead-letters`,
      advice: 'The attribute ERROR_MESSAGE of a message says why.',
    });
    // The construct `Rule` knows no `$or` at the top of a pattern.
    const rule = new CfnRule(this, 'Malformed', {
      name: `${SYSTEM}-malformed`,
      description: 'Events that are none of ours: no subscription can match them.',
      eventBusName: this.busName,
      eventPattern: NO_EVENT_OF_OURS,
      state: 'ENABLED',
      targets: [
        {
          id: 'DeadLetters',
          arn: this.deadLetters.queue.queueArn,
          deadLetterConfig: { arn: undelivered.queue.queueArn },
          retryPolicy: RULE_RETRY_POLICY,
        },
      ],
    });
    for (const { queue } of [this.deadLetters, undelivered]) allowRule(queue, rule.attrArn);
  }
}
