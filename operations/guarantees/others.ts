import type { Assembly, Resource } from './assembly.ts';
import type { Derived } from './guarantee.ts';
import { invocationCost, nameOf, queueAt, queueFacts } from './parts.ts';
import { PRICES } from './prices.ts';

/** To queues and functions, over 23 days. @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
const TOPIC_ATTEMPTS = 100_015;
const TOPIC_SECONDS = 23 * 86_400;

/** What is put on a bus is on an edge to whoever has a rule there; only an archive keeps it. */
export function busEdge(bus: Resource, assembly: Assembly): Derived {
  const archive = assembly.ofType('AWS::Events::Archive').find((each) => assembly.referred(each.properties['SourceArn'], each) === bus);
  const days = Number(archive?.properties['RetentionDays'] ?? 0);
  const kept = days === 0 ? 'for good' : `${days} d`;
  return {
    guarantee: {
      edge: { kind: 'bus', stack: bus.stack, resource: bus.id, from: 'who puts events', to: nameOf(bus) },
      order: 'none',
      duplicates: 'once',
      loss: {
        keptSeconds: undefined,
        givenUp: 'told',
        deadLettersKeptSeconds: undefined,
        besides: archive ? `what matches no rule is kept in the archive \`${nameOf(archive)}\` only, ${kept}` : 'what matches no rule is gone at once',
      },
      retry: undefined,
      deadLetters: undefined,
      redrive: archive
        ? {
            kind: 'replay',
            text: `replay from the archive \`${nameOf(archive)}\`: ${PRICES.eventsPerMillion.toFixed(2)} USD for a million events, archiving ${PRICES.archivePerGb.toFixed(2)} USD a GB`,
          }
        : { kind: 'caller', text: 'who put the event puts it again' },
      lag: undefined,
      cost: [{ unit: 'event put', least: 1, most: 1 }],
    },
  };
}

/** A request is answered by the function's own answer: nothing waits, nothing is tried again. */
export function routeEdge(route: Resource, assembly: Assembly): Derived {
  const integration = assembly.referred(route.properties['Target'], route);
  const target = integration && assembly.referred(integration.properties['IntegrationUri'], integration);
  const api = assembly.referred(route.properties['ApiId'], route);
  if (target?.type !== 'AWS::Lambda::Function' || !api) {
    return { underived: { stack: route.stack, resource: route.id, type: route.type, reason: 'the route does not end in a function of these templates' } };
  }
  return {
    guarantee: {
      edge: { kind: 'route-function', stack: route.stack, resource: route.id, from: String(route.properties['RouteKey']), to: nameOf(target) },
      order: 'caller',
      duplicates: 'once',
      loss: { keptSeconds: undefined, givenUp: 'told', deadLettersKeptSeconds: undefined },
      retry: undefined,
      deadLetters: undefined,
      redrive: { kind: 'caller', text: 'the caller repeats the request' },
      lag: { namespace: 'AWS/ApiGateway', name: 'Latency', dimensions: { ApiId: nameOf(api), Stage: '$default' } },
      cost: [{ unit: 'HTTP request', least: 1, most: 1 }, ...invocationCost(target, 1)],
    },
  };
}

/** A subscription of a topic. */
export function topicEdge(subscription: Resource, assembly: Assembly): Derived {
  const { TopicArn: topicArn, Endpoint: endpoint, Protocol: protocol, RedrivePolicy: policy } = subscription.properties;
  const topic = assembly.referred(topicArn, subscription);
  const to = assembly.referred(endpoint, subscription);
  const isQueue = to?.type === 'AWS::SQS::Queue';
  if (!topic || !isQueue) {
    const reason = !topic ? 'the topic is not in these templates' : `what the protocol ${String(protocol)} keeps to is not known here`;
    return { underived: { stack: subscription.stack, resource: subscription.id, type: subscription.type, reason } };
  }
  const deadLetters = queueAt(policy?.deadLetterTargetArn, subscription, assembly);
  const { name, isFifo } = queueFacts(to, assembly);
  const isOrdered = isFifo && topic.properties['FifoTopic'] === true;
  return {
    guarantee: {
      edge: { kind: 'topic', stack: subscription.stack, resource: subscription.id, from: nameOf(topic), to: name },
      order: isOrdered ? 'group' : 'none',
      duplicates: isOrdered ? 'deduplicated' : 'at-least-once',
      loss: { keptSeconds: undefined, givenUp: deadLetters ? 'dead-lettered' : 'lost', deadLettersKeptSeconds: deadLetters?.keptSeconds },
      retry: { attemptsMax: TOPIC_ATTEMPTS, secondsMax: TOPIC_SECONDS, wait: 'exponential' },
      deadLetters: deadLetters?.name,
      redrive: deadLetters
        ? { kind: 'copy', text: `by hand: receive from \`${deadLetters.name}\`, send to \`${name}\`, delete` }
        : { kind: 'none', text: 'none: what was given up is gone' },
      lag: { namespace: 'AWS/SNS', name: 'NumberOfNotificationsFailed', dimensions: { TopicName: nameOf(topic) } },
      // Deliveries are free, and a publish is shared by all subscriptions: this one counts it whole. The queue's owner pays for what is sent to it.
      cost: [
        { unit: 'SNS publish', least: 1, most: 1 },
        { unit: isFifo ? 'SQS FIFO request' : 'SQS request', least: 1, most: 1 },
      ],
    },
  };
}
