import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clients } from '../clients.ts';

/** A saga's definition as its construct describes it to operators (SSM parameter `/tickertape/sagas/<saga>`). */
export interface SagaDescription {
  readonly saga: string;
  readonly stateMachineArn: string;
  readonly tableName: string;
  readonly alarmName: string;
  readonly steps: readonly SagaStep[];
}

/** One step of a definition. */
export interface SagaStep {
  readonly name: string;
  readonly participant: string;
  readonly hasUndo: boolean;
  /** Whether the saga only goes forward once it was begun. */
  readonly isForwardOnly: boolean;
}

export const SAGA_STATES = ['RUNNING', 'COMPENSATING', 'STUCK', 'COMPLETED', 'CANCELLED'] as const;
export type SagaState = (typeof SAGA_STATES)[number];

/** An instance in one line. */
export interface SagaSummary {
  readonly saga: string;
  readonly sagaId: string;
  readonly state: SagaState;
  /** The step that was begun last. */
  readonly step: string | undefined;
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Number of the execution that leads it. */
  readonly round: number;
  /** Why it turned back, or cannot go on. */
  readonly reason: string | undefined;
}

/** An entry of the audit trail. */
export interface TrailEntry {
  readonly at: string;
  /** `begun`, `done`, `compensating`, `undone`, `stuck`, … */
  readonly what: string;
  readonly step?: string;
  readonly execution?: string;
  readonly [more: string]: unknown;
}

/** An instance with all that is known of it. */
export interface SagaInstance extends SagaSummary {
  readonly execution: string;
  readonly executionArn: string;
  /** What Step Functions says of the execution; `GONE` where it has forgotten it. */
  readonly executionStatus: string;
  readonly registered: Readonly<Record<string, string>>;
  /** By step, what it answered. */
  readonly results: Readonly<Record<string, unknown>>;
  readonly undone: Readonly<Record<string, string>>;
  readonly failure?: { readonly step: string; readonly error: string; readonly reason: string };
  readonly stuck?: { readonly step: string; readonly direction: 'forward' | 'undo'; readonly error: string; readonly reason: string; readonly token?: string };
  /** Oldest first. */
  readonly trail: readonly TrailEntry[];
}

/** There is no such saga. */
export class NoSagaError extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'NoSagaError';
  }
}

const PAGES_MAX = 100;

/** All sagas that are deployed, by name. */
export async function describeSagas({ ssm }: Pick<Clients, 'ssm'>): Promise<readonly SagaDescription[]> {
  const found: SagaDescription[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { Parameters = [], NextToken } = await ssm.send(new GetParametersByPathCommand({ Path: '/tickertape/sagas', ...(token && { NextToken: token }) }));
    for (const { Value } of Parameters) found.push(JSON.parse(Value ?? '{}') as SagaDescription);
    token = NextToken;
    if (!token) break;
  }
  return found.sort((a, b) => a.saga.localeCompare(b.saga));
}

/** Which instances to list. */
export interface SagaSelection {
  readonly saga?: string | undefined;
  readonly state?: SagaState | undefined;
  readonly limit: number;
}

/** Lists instances, those that began last first. Unfinished ones come before the finished. */
export async function listSagas(clients: Clients, { saga, state, limit }: SagaSelection): Promise<readonly SagaSummary[]> {
  const described = await describeSagas(clients);
  const wanted = saga === undefined ? described : described.filter((one) => one.saga === saga);
  if (saga !== undefined && wanted.length === 0)
    throw new NoSagaError(`There is no saga ${saga}; there is ${described.map((one) => one.saga).join(', ') || 'none'}`);
  const states = state === undefined ? (['STUCK', 'COMPENSATING', 'RUNNING', 'CANCELLED', 'COMPLETED'] as const) : [state];
  const found: SagaSummary[] = [];
  for (const one of states)
    for (const { saga: name, tableName } of wanted)
      if (found.length < limit) found.push(...(await inState(clients, { name, tableName, state: one, limit: limit - found.length })));
  return found;
}

async function inState(
  { dynamodb }: Clients,
  { name, tableName, state, limit }: { readonly name: string; readonly tableName: string; readonly state: SagaState; readonly limit: number },
): Promise<readonly SagaSummary[]> {
  const found: SagaSummary[] = [];
  let from: Record<string, never> | undefined;
  for (let page = 0; page < PAGES_MAX && found.length < limit; page += 1) {
    const { Items = [], LastEvaluatedKey } = await dynamodb.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'byOwner',
        KeyConditionExpression: 'ownerKey = :owner',
        ExpressionAttributeValues: { ':owner': { S: `SAGAS#${name}#${state}` } },
        ScanIndexForward: false,
        Limit: limit - found.length,
        ...(from && { ExclusiveStartKey: from }),
      }),
    );
    for (const item of Items) found.push(summaryOf(unmarshall(item) as Item));
    from = LastEvaluatedKey as Record<string, never> | undefined;
    if (!from) break;
  }
  return found;
}

type Item = Omit<SagaInstance, 'results' | 'trail' | 'executionArn' | 'executionStatus'> & {
  readonly results: Readonly<Record<string, string>>;
  readonly trail: Readonly<Record<string, TrailEntry>>;
};

const summaryOf = ({ saga, sagaId, state, step, startedAt, updatedAt, round, stuck, failure }: Item): SagaSummary => ({
  saga,
  sagaId,
  state,
  step,
  startedAt,
  updatedAt,
  round,
  reason: state === 'STUCK' ? stuck?.reason : failure?.reason,
});

/** An instance, and the definition that is deployed of it. @throws {NoSagaError} */
export async function readSaga(clients: Clients, sagaId: string): Promise<{ readonly description: SagaDescription; readonly instance: SagaInstance }> {
  const described = await describeSagas(clients);
  for (const description of described) {
    const Key = { pk: { S: `SAGA#${sagaId}` }, sk: { S: 'SAGA' } };
    const { Item: found } = await clients.dynamodb.send(new GetItemCommand({ TableName: description.tableName, Key, ConsistentRead: true }));
    if (found) return { description, instance: await instanceOf(clients, description, unmarshall(found) as Item) };
  }
  throw new NoSagaError(`There is no saga ${sagaId}`);
}

async function instanceOf({ sfn }: Clients, { stateMachineArn }: SagaDescription, item: Item): Promise<SagaInstance> {
  const executionArn = executionArnOf(stateMachineArn, item.execution);
  const status = await sfn.send(new DescribeExecutionCommand({ executionArn })).then(
    (execution) => execution.status ?? 'GONE',
    (error: unknown) => {
      if ((error as Error).name !== 'ExecutionDoesNotExist') throw error;
      return 'GONE';
    },
  );
  const { registered, undone, failure, stuck, execution } = item;
  return {
    ...summaryOf(item),
    execution,
    executionArn,
    executionStatus: status,
    registered,
    results: Object.fromEntries(Object.entries(item.results).map(([step, text]) => [step, JSON.parse(text) as unknown])),
    undone,
    ...(failure && { failure }),
    ...(stuck && item.state === 'STUCK' && { stuck }),
    trail: Object.entries(item.trail)
      .sort(([keyA, a], [keyB, b]) => (a.at + keyA < b.at + keyB ? -1 : 1))
      .map(([, entry]) => entry),
  };
}

/** ARN of an execution of a machine. */
export const executionArnOf = (stateMachineArn: string, name: string): string => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
