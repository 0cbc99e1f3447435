import type { Assembly, Resource } from './assembly.ts';
import type { Derived, Guarantee, Underived } from './guarantee.ts';
import { logEdge } from './log.ts';
import { mappingEdge } from './mapping.ts';
import { busEdge, routeEdge, topicEdge } from './others.ts';
import { rulesEdges } from './rule.ts';

/** What each asynchronous edge of an assembly keeps to, and of which edges that cannot be said. */
export interface GuaranteeTable {
  readonly guarantees: readonly Guarantee[];
  readonly underived: readonly Underived[];
}

/** Resources that are edges, or make some. */
const EDGES: Readonly<Record<string, (resource: Resource, assembly: Assembly) => readonly Derived[]>> = {
  'AWS::Events::EventBus': (bus, assembly) => [busEdge(bus, assembly)],
  'AWS::Events::Rule': rulesEdges,
  'AWS::Lambda::EventSourceMapping': (mapping, assembly) => [mappingEdge(mapping, assembly)],
  'AWS::Kinesis::Stream': (stream) => [logEdge(stream)],
  'AWS::ApiGatewayV2::Route': (route, assembly) => [routeEdge(route, assembly)],
  'AWS::SNS::Subscription': (subscription, assembly) => [topicEdge(subscription, assembly)],
};

/** Resources that make edges of which nothing is derived yet. */
const UNKNOWN_EDGES: Readonly<Record<string, (resource: Resource) => boolean>> = {
  'AWS::Pipes::Pipe': () => true,
  'AWS::Scheduler::Schedule': () => true,
  'AWS::Kinesis::StreamConsumer': () => true,
  'AWS::Logs::SubscriptionFilter': () => true,
  'AWS::StepFunctions::StateMachine': () => true,
  'AWS::Events::ApiDestination': () => true,
  'AWS::ApiGateway::Method': () => true,
  'AWS::Lambda::Url': () => true,
  'AWS::AppSync::ChannelNamespace': () => true,
  'AWS::EventsV2::Subscriber': () => true,
  'AWS::S3::Bucket': ({ properties }) => properties['NotificationConfiguration'] !== undefined,
  'AWS::CloudWatch::Alarm': ({ properties }) => ['AlarmActions', 'OKActions', 'InsufficientDataActions'].some((name) => (properties[name]?.length ?? 0) > 0),
};

/** Derives the guarantees from the templates alone, whoever's they are. Edges stand in the order of the templates, by kind. */
export function deriveGuarantees(assembly: Assembly): GuaranteeTable {
  const guarantees: Guarantee[] = [];
  const underived: Underived[] = [];
  for (const [type, edgesOf] of Object.entries(EDGES)) {
    for (const derived of assembly.ofType(type).flatMap((resource) => edgesOf(resource, assembly))) {
      if ('guarantee' in derived) guarantees.push(derived.guarantee);
      else underived.push(derived.underived);
    }
  }
  for (const { stack, id, type, properties } of assembly.resources) {
    const isEdge = UNKNOWN_EDGES[type]?.({ stack, id, type, properties }) ?? type.startsWith('Custom::');
    if (isEdge) underived.push({ stack, resource: id, type, reason: `what a ${type} keeps to is not derived` });
  }
  return { guarantees, underived };
}
