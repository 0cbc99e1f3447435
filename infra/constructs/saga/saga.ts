import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventBus } from '../event-bus.ts';
import { physicalName, SYSTEM } from '../naming.ts';
import type { ServiceTable } from '../service-table.ts';
import type { SagaDeclaration } from './declaration.ts';
import { definitionOf } from './definition.ts';
import { checkLimits } from './limits.ts';
import type { Wiring } from './machine-tasks.ts';
import type { Participant } from './participant.ts';
import { SagaWatchdog } from './watchdog.ts';

const NAMESPACE = 'Tickertape';
const STUCK_METRIC = 'StuckSagas';

/** What a saga needs. */
export interface SagaProps {
  readonly declaration: SagaDeclaration;
  readonly bus: EventBus;
  /** Holds the instances, and has an outbox. */
  readonly table: ServiceTable;
  /** Who takes its steps, by the names that the declaration has. */
  readonly participants: Readonly<Record<string, Participant>>;
  /** Handler of the consumer that starts it: a file with `startsSaga(…)`. */
  readonly starter: string;
  /** Handler of its watchdog: a file with `watchdog()`. */
  readonly watchdog: string;
}

/**
 * A saga: the state machine that its declaration makes, what starts it, what watches it, and its alarms.
 *
 *     bus ──▶ starter ──▶ machine ──▶ participants' queues
 *                           │ ▲
 *                           │ └ watchdog: a round that was stopped, or failed
 *                           └─▶ table (the instance and its trail), bus (its events), alarm (stuck)
 */
export class Saga extends Construct {
  readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, { declaration, bus, table, participants, starter, watchdog }: SagaProps) {
    super(scope, id);
    const { name, steps } = declaration;
    const shortName = kebab(name);
    const used = new Map(steps.map(({ name: step, participant }) => [participant, participantOf(participants, participant, `${name}.${step}`)]));
    const wiring: Wiring = {
      saga: name,
      tableName: table.tableName,
      busName: bus.busName,
      metricNamespace: NAMESPACE,
      metricName: STUCK_METRIC,
      queueUrls: Object.fromEntries([...used].map(([participant, { queue }]) => [participant, queue.queueUrl])),
    };
    const definition = definitionOf(declaration, wiring);
    const definitionString = Stack.of(this).toJsonString(definition);
    checkLimits(definition, JSON.stringify(definition));
    const role = this.#role(bus, table, [...used.values()]);
    const stateMachineName = physicalName(this, { kind: 'state machine', name: shortName });
    for (const participant of used.values()) participant.letAnswer(stateMachineName);
    const machine = new CfnStateMachine(this, 'Machine', { stateMachineName, stateMachineType: 'STANDARD', roleArn: role.roleArn, definitionString });
    Validations.of(machine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason:
        'The history keeps every event for 90 days and the table keeps the trail; a log of all of them would hold what commands carry, such as the token of a card.',
    });
    Validations.of(machine).acknowledge({ id: 'AwsSolutions-SF2', reason: 'Traces go on in the `traceparent` of the envelopes, as between all other parts.' });
    // A machine whose role may not yet do what it does would fail its first executions.
    machine.node.addDependency(role);
    this.stateMachineArn = machine.attrArn;
    this.#starter({ declaration, bus, table, starter, shortName });
    const facts = steps.map(({ name: step, undo, isForwardOnly }) => ({ name: step, hasUndo: undo !== undefined, isForwardOnly }));
    new SagaWatchdog(this, 'Watchdog', { name: shortName, handler: watchdog, table, stateMachineArn: this.stateMachineArn, stateMachineName, steps: facts });
    const alarmName = this.#alarm(name, `${SYSTEM}-${shortName}-stuck`);
    this.#failedAlarm(name, `${SYSTEM}-${shortName}-failed`);
    new CfnParameter(this, 'Description', {
      name: `/${SYSTEM}/sagas/${name}`,
      type: 'String',
      description: `Where saga ${name} is found by operators.`,
      value: Stack.of(this).toJsonString({
        saga: name,
        stateMachineArn: this.stateMachineArn,
        tableName: table.tableName,
        alarmName,
        steps: steps.map(({ participant }, index) => ({ ...facts[index], participant })),
      }),
    });
  }

  #role(bus: EventBus, table: ServiceTable, participants: readonly Participant[]): Role {
    const allow = (actions: readonly string[], resources: readonly string[], conditions?: object): PolicyStatement =>
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources], ...(conditions && { conditions: conditions as never }) });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: {
        Saga: new PolicyDocument({
          statements: [
            allow(['dynamodb:UpdateItem'], [table.tableArn]),
            allow(['events:PutEvents'], [bus.busArn]),
            allow(
              ['sqs:SendMessage'],
              participants.map(({ queue }) => queue.queueArn),
            ),
            allow(['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': NAMESPACE } }),
          ],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'PutMetricData has no resources; the condition limits it to one namespace.',
    });
    return role;
  }

  #starter({ declaration, bus, table, starter, shortName }: Omit<SagaProps, 'participants' | 'watchdog'> & { readonly shortName: string }): void {
    const subscription = bus.subscribe(this, shortName, {
      on: [declaration.on],
      flow: 'orchestration',
      handler: starter,
      table,
      environment: { STATE_MACHINE_ARN: this.stateMachineArn, SAGA_KEY: declaration.key.join('.') },
    });
    subscription.function.allow(['states:StartExecution'], this.stateMachineArn);
  }

  #alarm(saga: string, alarmName: string): string {
    new Alarm(this, 'Stuck', {
      alarmName,
      alarmDescription: `A saga ${saga} cannot go on without help. See \`tickertape saga list --stuck\`, and docs/runbooks/stuck-saga.md.`,
      // One that stays stuck is counted once an hour, so the alarm ends an hour or two after the last went on.
      metric: new Metric({ namespace: NAMESPACE, metricName: STUCK_METRIC, dimensionsMap: { saga }, period: Duration.hours(1), statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 2,
      datapointsToAlarm: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return alarmName;
  }

  /** An execution that failed has marked its saga as stuck, by the watchdog; where that fails too, this alarm is what is left. */
  #failedAlarm(saga: string, alarmName: string): void {
    new Alarm(this, 'Failed', {
      alarmName,
      alarmDescription: `An execution of saga ${saga} failed: its definition or its rights are wrong. See docs/runbooks/stuck-saga.md.`,
      metric: new Metric({
        namespace: 'AWS/States',
        metricName: 'ExecutionsFailed',
        dimensionsMap: { StateMachineArn: this.stateMachineArn },
        period: Duration.minutes(5),
        statistic: Stats.SUM,
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

function participantOf(participants: SagaProps['participants'], name: string, step: string): Participant {
  const participant = participants[name];
  if (!participant) throw new Error(`${step} asks participant '${name}', and there is ${Object.keys(participants).sort().join(', ') || 'none'}`);
  return participant;
}

const kebab = (name: string): string => name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
