import { GetParameterCommand, GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** A consumer as its subscription describes it to operators (SSM parameter `/tickertape/consumers/<consumer>`). */
export interface ConsumerDescription {
  readonly consumer: string;
  readonly context: string;
  /**
   * `queue`: a rule of the bus brings events to its queue. `stream`: a consumer group, that reads the log; its queue brings what is redriven. `commands`: a participant of sagas; their machines put
   * commands into its queue.
   */
  readonly source: 'queue' | 'stream' | 'commands';
  /** Event types it is subscribed to. */
  readonly on: readonly string[];
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterQueueUrl: string;
  readonly deadLetterQueueArn: string;
  /** What the rule could not deliver; undefined of a consumer group and of a participant, to which no rule leads. */
  readonly ruleDeadLetterQueueUrl?: string | undefined;
  readonly functionName: string;
  /** The table of the consumer's service. */
  readonly tableName: string;
  readonly alarmName: string;
  readonly maxReceiveCount: number;
  /** How far behind it may be, where its construct promises that. */
  readonly slaSeconds?: number | undefined;
  /** Rings where it is further behind. */
  readonly lagAlarmName?: string | undefined;
  /** Of a consumer group: what only groups have. */
  readonly group?: GroupDescription | undefined;
}

/** A consumer group's part of its description. */
export interface GroupDescription {
  readonly streamArn: string;
  /** Id of its event source mapping: its position in the stream. */
  readonly mappingId: string;
  /** `key`: it keeps the order of each key, and parks a key that fails. */
  readonly order: 'key' | 'none';
  /** How far behind it may be, as its construct promises. */
  readonly slaSeconds: number;
  readonly lagAlarmName: string;
}

/** The bus's own dead-letter queue: events that are none of ours, which no consumer takes. */
export interface BusDescription {
  /** Stands for the bus where dead letters are listed by consumer. */
  readonly name: string;
  readonly deadLetterQueueUrl: string;
  readonly deadLetterQueueArn: string;
  readonly alarmName: string;
}

/** A dead-letter queue and whose it is: a consumer's, or the bus's own. */
export interface DeadLetterSource extends Pick<ConsumerDescription, 'consumer' | 'deadLetterQueueUrl' | 'deadLetterQueueArn'> {
  readonly isOfBus: boolean;
}

/** The deployed system, as its stacks describe it to operators. */
export interface System {
  readonly busName: string;
  readonly busArn: string;
  readonly streamName: string;
  readonly streamArn: string;
  readonly deadLetterIndexTableName: string;
  readonly bus: BusDescription;
  /** Address of the HTTP API on AWS. */
  readonly apiUrl: string;
  /** By name. */
  readonly consumers: readonly ConsumerDescription[];
}

/** No system is deployed where the operator looks. */
export class NoSystemError extends Error {
  constructor(options?: { cause?: unknown }) {
    super('No Tickertape system is deployed here: the parameter /tickertape/system does not exist', options);
    this.name = 'NoSystemError';
  }
}

/** Every dead-letter queue that operators look into: each consumer's, and the bus's own. */
export function deadLetterSources({ consumers, bus }: Pick<System, 'consumers' | 'bus'>): readonly DeadLetterSource[] {
  return [...consumers.map((consumer) => ({ ...consumer, isOfBus: false })), { ...bus, consumer: bus.name, isOfBus: true }];
}

function readConsumer(text: string): ConsumerDescription {
  const { streamArn, mappingId, order, ...common } = JSON.parse(text) as Omit<ConsumerDescription, 'source' | 'group'> & Partial<GroupDescription>;
  const { slaSeconds, lagAlarmName } = common;
  if (streamArn === undefined || mappingId === undefined) return { ...common, source: common.ruleDeadLetterQueueUrl === undefined ? 'commands' : 'queue' };
  return { ...common, source: 'stream', group: { streamArn, mappingId, order: order ?? 'key', slaSeconds: slaSeconds ?? 0, lagAlarmName: lagAlarmName ?? '' } };
}

/** Where the mapping of a consumer takes events from: its queue, or the stream. */
export const sourceArnOf = ({ queueArn, group }: ConsumerDescription): string => group?.streamArn ?? queueArn;

/** Pages of parameters read at most: 10 each. */
const PAGES_MAX = 100;

/** Reads what the stacks wrote for operators. Throws `NoSystemError` where there is nothing. */
export async function describeSystem(ssm: SSMClient): Promise<System> {
  const system = await ssm.send(new GetParameterCommand({ Name: '/tickertape/system' })).catch((error: unknown) => {
    throw (error as Error).name === 'ParameterNotFound' ? new NoSystemError({ cause: error }) : error;
  });
  const consumers: ConsumerDescription[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await ssm.send(new GetParametersByPathCommand({ Path: '/tickertape/consumers', ...(nextToken && { NextToken: nextToken }) }));
    for (const parameter of answer.Parameters ?? []) consumers.push(readConsumer(parameter.Value ?? '{}'));
    nextToken = answer.NextToken;
    if (!nextToken) break;
  }
  const described = JSON.parse(system.Parameter?.Value ?? '{}') as Omit<System, 'consumers'>;
  return { ...described, consumers: consumers.sort((a, b) => a.consumer.localeCompare(b.consumer)) };
}
