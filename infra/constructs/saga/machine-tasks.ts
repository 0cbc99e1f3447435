import type { SentCommand, Step } from './declaration.ts';

/** A state of the machine, as the Amazon States Language has it. */
export type MachineState = Readonly<Record<string, unknown>>;

/** Where the machine's tasks go. */
export interface Wiring {
  readonly saga: string;
  readonly tableName: string;
  readonly busName: string;
  readonly metricNamespace: string;
  readonly metricName: string;
  /** URL of the command queue by participant. */
  readonly queueUrls: Readonly<Record<string, string>>;
}

/** Writes JSONata as the language wants it. */
export const expression = (text: string): string => `{% ${text} %}`;

/** When the state was entered: the same at each retry of it. */
const ENTERED = expression('$states.context.State.EnteredTime');
const SAGA_ID = expression('$saga.id');
const EXECUTION = expression('$states.context.Execution.Name');

/** Another execution has taken the saga over: this one has nothing to say any more. */
export const SUPERSEDED = 'Superseded';
const LOST = ['DynamoDB.ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'];

/**
 * Retries of what the machine does for itself: a throttled table or bus passes, so it is waited for, some eight hours. After that the execution fails, which its alarm and the watchdog see; once the cause is
 * mended it is redriven from this very state. Expressions that cannot be evaluated never can be.
 */
const OWN_RETRY = [
  { ErrorEquals: [...LOST, 'States.QueryEvaluationError', 'States.Timeout'], MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 100, JitterStrategy: 'FULL' },
];

/** Entries of the trail are numbered within a round, for two can be of the same millisecond. */
const NEXT_NUMBER = { number: expression('$number + 1') };

/** A change of the instance: attributes by name (a path may have a `.`), as DynamoDB values. */
export interface Change {
  readonly set: Readonly<Record<string, unknown>>;
  /** Attributes that are set only where they are absent. */
  readonly setOnce?: Readonly<Record<string, unknown>>;
  /** What the trail says of it. */
  readonly entry: Readonly<Record<string, unknown>>;
}

/** The value of a text that is known when the machine runs. */
export const text = (jsonata: string) => ({ S: expression(jsonata) });
/** A constant text. */
export const constant = (value: string) => ({ S: value });
/** When the state was entered, as a value. */
export const now = { S: ENTERED };

/** What every change sets: the state, and under what the instance is listed. */
export function inState(saga: string, state: string): Readonly<Record<string, unknown>> {
  return { state: constant(state), ownerKey: constant(`SAGAS#${saga}#${state}`), updatedAt: now };
}

/** The input of an UpdateItem on the instance. Its condition is the fence: an execution that was superseded changes nothing. Its entry in the trail has one key however often it is tried. */
export function updateOf(wiring: Wiring, { set, setOnce = {}, entry }: Change, condition = '#execution = :execution'): Readonly<Record<string, unknown>> {
  const names: Record<string, string> = {
    '#execution': 'execution',
    '#trail': 'trail',
    '#entry': expression("$pad($string($saga.round), -3, '0') & '.' & $pad($string($number), -5, '0')"),
  };
  const values: Record<string, unknown> = { ':execution': { S: EXECUTION }, ':entry': { M: { at: now, execution: { S: EXECUTION }, ...entry } } };
  const clauses = ['#trail.#entry = if_not_exists(#trail.#entry, :entry)'];
  for (const [path, value] of [...Object.entries(set), ...Object.entries(setOnce)]) {
    const target = path.split('.').map((name) => {
      names[`#${name}`] = name;
      return `#${name}`;
    });
    const placeholder = `:${path.replaceAll('.', '_')}`;
    values[placeholder] = value;
    const assigned = path in setOnce ? `if_not_exists(${target.join('.')}, ${placeholder})` : placeholder;
    clauses.push(`${target.join('.')} = ${assigned}`);
  }
  return {
    TableName: wiring.tableName,
    Key: { pk: { S: expression("'SAGA#' & $saga.id") }, sk: { S: 'SAGA' } },
    UpdateExpression: `SET ${clauses.join(', ')}`,
    ConditionExpression: condition,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** Writes the instance. */
export function writes(wiring: Wiring, change: Change, next: string, more: MachineState = {}): MachineState {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:updateItem',
    Arguments: updateOf(wiring, change),
    Retry: OWN_RETRY,
    Catch: [{ ErrorEquals: LOST, Next: SUPERSEDED }],
    Assign: NEXT_NUMBER,
    Output: {},
    Next: next,
    ...more,
  };
}

/** Announces an event of the saga. Its id is that of the state's entry, so that a retry announces nothing new. */
export function announces(wiring: Wiring, type: string, data: Readonly<Record<string, string>>, next: string): MachineState {
  const kebab = type.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const envelope = {
    specversion: '1.0',
    id: expression(`$saga.id & '#${type}#' & $states.context.State.EnteredTime`),
    source: 'tickertape.sagas',
    type,
    time: ENTERED,
    subject: SAGA_ID,
    datacontenttype: 'application/json',
    dataschema: `tickertape:sagas/${kebab}/v1.0`,
    correlationid: expression('$saga.correlationid'),
    causationid: expression('$saga.causationid'),
    traceparent: expression('$saga.traceparent'),
    partitionkey: SAGA_ID,
    flow: 'orchestration',
    data: { saga: wiring.saga, sagaId: SAGA_ID, ...data },
  };
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::events:putEvents',
    Arguments: { Entries: [{ EventBusName: wiring.busName, Source: 'tickertape.sagas', DetailType: type, Detail: envelope }] },
    Retry: OWN_RETRY,
    Output: {},
    Next: next,
  };
}

/** The time at which the state was entered, for an event's data. */
export const enteredAt = ENTERED;

/** Counts a stuck saga: what its alarm looks at. */
export function countsStuck(wiring: Wiring, next: string): MachineState {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:cloudwatch:putMetricData',
    Arguments: {
      Namespace: wiring.metricNamespace,
      MetricData: [{ MetricName: wiring.metricName, Dimensions: [{ Name: 'saga', Value: wiring.saga }], Value: 1, Unit: 'Count' }],
    },
    Retry: OWN_RETRY,
    Output: {},
    Next: next,
  };
}

/** How long a stuck saga waits for a decision before it tries again by itself. */
const DECISION_SECONDS = 3600;

/** Marks the saga as stuck and waits for who decides: the token is in the instance. Without a decision it goes on by itself. */
export function awaitsDecision(wiring: Wiring, change: Change, next: { readonly decided: string; readonly undecided: string }): MachineState {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken',
    Arguments: updateOf(wiring, change),
    TimeoutSeconds: DECISION_SECONDS,
    Retry: OWN_RETRY,
    Catch: [
      { ErrorEquals: LOST, Next: SUPERSEDED },
      { ErrorEquals: ['States.Timeout'], Assign: { ...NEXT_NUMBER, decision: { action: 'retry' } }, Next: next.undecided },
    ],
    Assign: { ...NEXT_NUMBER, decision: expression('$states.result') },
    Output: {},
    Next: next.decided,
  };
}

/** Sends a command to its participant and waits for the answer. The envelope is the same at each attempt; only the token differs. */
export function commands(
  wiring: Wiring,
  {
    step,
    sent,
    kind,
    timeoutSeconds,
  }: { readonly step: Step; readonly sent: SentCommand; readonly kind: 'step' | 'undo'; readonly timeoutSeconds: string | number },
): MachineState {
  const key = `$saga.id & '#${step.name}'`;
  const detail = {
    specversion: '1.0',
    id: expression(kind === 'step' ? key : `${key} & '#undo'`),
    source: 'tickertape.sagas',
    type: sent.type,
    time: ENTERED,
    subject: SAGA_ID,
    datacontenttype: 'application/json',
    dataschema: sent.dataschema,
    correlationid: expression('$saga.correlationid'),
    causationid: expression('$saga.causationid'),
    traceparent: expression('$saga.traceparent'),
    partitionkey: SAGA_ID,
    flow: 'orchestration',
    sagaid: SAGA_ID,
    sagastep: step.name,
    idempotencykey: expression(key),
    data: expression(sent.data),
  };
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Arguments: { QueueUrl: wiring.queueUrls[step.participant], MessageBody: { tasktoken: expression('$states.context.Task.Token'), detail } },
    TimeoutSeconds: timeoutSeconds,
  };
}
