import { EventBus as RulesBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { DeadLetterIndex } from './dead-letter-index.ts';
import { SYSTEM } from './naming.ts';
import { Subscription, type SubscriptionProps } from './subscription.ts';

/** The bus: EventBridge with rules and targets. Producers know it and nobody behind it. */
export class EventBus extends Construct {
  readonly bus: RulesBus;
  readonly busName: string;
  readonly busArn: string;
  readonly deadLetterIndex: DeadLetterIndex;

  constructor(scope: Construct, id: string, { deadLetterIndex }: { readonly deadLetterIndex: DeadLetterIndex }) {
    super(scope, id);
    this.bus = new RulesBus(this, 'Bus', { eventBusName: SYSTEM, description: 'Facts that happened, for whoever subscribes.' });
    this.busName = this.bus.eventBusName;
    this.busArn = this.bus.eventBusArn;
    this.deadLetterIndex = deadLetterIndex;
  }

  /**
   * Subscribes a consumer: rule, queue, dead-letter queues, alarms, function and grants, all in `scope`. With a handler file it is all that a new consumer needs.
   * @param name the consumer's name, once in the system, and the same in its `consumer({ name })`
   */
  subscribe(scope: Construct, name: string, props: Omit<SubscriptionProps, 'bus' | 'name'>): Subscription {
    return new Subscription(scope, `Consumer-${name}`, { ...props, bus: this, name });
  }
}
