import type { Assembly, Resource } from './assembly.ts';
import type { BilledUnit, CostTerm } from './cost.ts';

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const QUEUE_RETENTION_SECONDS = 345_600;
const VISIBILITY_SECONDS = 30;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html */
const MEMORY_MB = 128;

/** Which property holds the name that a resource is given. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::Events::Archive': 'ArchiveName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::ApiGatewayV2::Api': 'Name',
};

/** A resource's physical name where the template gives one, else its place in it. */
export function nameOf(resource: Resource): string {
  const property = NAME_PROPERTY[resource.type];
  const given: unknown = property === undefined ? undefined : resource.properties[property];
  return typeof given === 'string' ? given : `${resource.stack}.${resource.id}`;
}

/** What of a queue the edges into and out of it depend on. */
export interface QueueFacts {
  readonly name: string;
  readonly isFifo: boolean;
  readonly keptSeconds: number;
  readonly visibilitySeconds: number;
  readonly redrive: { readonly deadLetters: Resource | undefined; readonly receivesMax: number } | undefined;
}

export function queueFacts(queue: Resource, assembly: Assembly): QueueFacts {
  const { properties } = queue;
  const policy = properties['RedrivePolicy'] as { readonly deadLetterTargetArn: unknown; readonly maxReceiveCount: number | string } | undefined;
  return {
    name: nameOf(queue),
    isFifo: properties['FifoQueue'] === true,
    keptSeconds: Number(properties['MessageRetentionPeriod'] ?? QUEUE_RETENTION_SECONDS),
    visibilitySeconds: Number(properties['VisibilityTimeout'] ?? VISIBILITY_SECONDS),
    redrive: policy && { deadLetters: assembly.referred(policy.deadLetterTargetArn, queue), receivesMax: Number(policy.maxReceiveCount) },
  };
}

/** The queue that a value of a template refers to. */
export function queueAt(value: unknown, from: Resource, assembly: Assembly): QueueFacts | undefined {
  const found = assembly.referred(value, from);
  return found?.type === 'AWS::SQS::Queue' ? queueFacts(found, assembly) : undefined;
}

/** Requests to SQS, by the kind of queue. */
export const sqsRequest = ({ isFifo }: Pick<QueueFacts, 'isFifo'>): BilledUnit => (isFifo ? 'SQS FIFO request' : 'SQS request');

/** An invocation and its time, shared by as many messages as there are in a batch. */
export function invocationCost(target: Resource, batchSize: number): CostTerm[] {
  const { Architectures: architectures = [], MemorySize: memory = MEMORY_MB } = target.properties;
  const time: BilledUnit = (architectures as readonly string[])[0] === 'arm64' ? 'MB-ms on arm64' : 'MB-ms on x86_64';
  return [
    { unit: 'invocation', least: 1 / batchSize, most: 1 },
    { unit: time, least: Number(memory) / batchSize, most: Number(memory) },
  ];
}

/** What a function that is invoked asynchronously does with an event that it fails on. */
export interface AsyncFacts {
  readonly attempts: number;
  readonly secondsMax: number;
  readonly deadLetters: Resource | undefined;
  /** Where in a dead letter the event stands. A dead-letter queue gets the event as it was; a destination gets a report with the event inside. */
  readonly event: 'body' | 'requestPayload';
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
const ASYNC_RETRIES = 2;
const ASYNC_SECONDS = 6 * 3600;

export function asyncFacts(target: Resource, assembly: Assembly): AsyncFacts {
  const config = assembly
    .ofType('AWS::Lambda::EventInvokeConfig')
    .find((each) => assembly.referred(each.properties['FunctionName'], each) === target && each.properties['Qualifier'] === '$LATEST');
  const {
    MaximumRetryAttempts: retries = ASYNC_RETRIES,
    MaximumEventAgeInSeconds: seconds = ASYNC_SECONDS,
    DestinationConfig: destinations,
  } = config?.properties ?? {};
  const onFailure = config && assembly.referred(destinations?.OnFailure?.Destination, config);
  return {
    attempts: 1 + Number(retries),
    secondsMax: Number(seconds),
    deadLetters: onFailure ?? assembly.referred(target.properties['DeadLetterConfig']?.TargetArn, target),
    event: onFailure ? 'requestPayload' : 'body',
  };
}
