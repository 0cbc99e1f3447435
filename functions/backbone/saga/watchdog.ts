import { DescribeExecutionCommand, type DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { SagaStuck } from '../../../schemas/index.ts';
import { UNCLAIMED } from '../commit-record.ts';
import { repeatingConflicts } from '../delivery/attempt.ts';
import { required } from '../ports.ts';
import { tableReader } from '../table.ts';
import { counted } from '../telemetry/invocation.ts';
import { log } from '../telemetry/telemetry.ts';
import { UnitOfWork } from '../unit-of-work.ts';
import { type SagaItem, sagaKeyOf } from './instance.ts';
import { lambdaMachinePorts, type MachinePorts, type SagaInput, start } from './machine.ts';
import { nextRound, type StepFacts } from './next-round.ts';

/** An event of the default bus. @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
interface StatusChange {
  readonly id: string;
  readonly detail: {
    readonly executionArn: string;
    readonly name: string;
    readonly stateMachineArn: string;
    readonly status: 'TIMED_OUT' | 'ABORTED' | 'FAILED';
  };
}

/** Sees to executions that ended without ending their saga. */
export function watchdog(ports: MachinePorts = lambdaMachinePorts): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  return counted('saga-watchdog', async ({ Records }, _, counts) => {
    const failed = await Promise.all(
      Records.map(async ({ body, messageId }) => {
        try {
          await seeTo(ports, JSON.parse(body) as StatusChange);
          counts.add('Processed');
          return undefined;
        } catch (error) {
          counts.add('Retried');
          log('warn', 'not seen to', { messageId }, error);
          return messageId;
        }
      }),
    );
    return { batchItemFailures: failed.filter((id) => id !== undefined).map((itemIdentifier) => ({ itemIdentifier })) };
  });
}

async function seeTo(ports: MachinePorts, change: StatusChange): Promise<void> {
  const { executionArn, name, stateMachineArn, status } = change.detail;
  const execution = (await ports.sfn.send(new DescribeExecutionCommand({ executionArn }))) as DescribeExecutionCommandOutput;
  // It was redriven meanwhile.
  if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') return;
  const before = JSON.parse(execution.input ?? '{}') as SagaInput;
  const item = await tableReader(ports).get<SagaItem>(sagaKeyOf(before.sagaId));
  if (item && item.execution !== name) return;
  const why = { error: execution.error ?? status, reason: (execution.cause || `The execution ended as ${status}`).slice(0, 400) };
  if (status === 'FAILED' && item) await markStuck(ports, { change, item, before, why });
  else await start(ports, stateMachineArn, nextRound(before, item, readSteps(ports), why));
  log('warn', 'execution ended without its saga', { sagaId: before.sagaId, execution: name, status, error: why.error });
}

interface Failed {
  readonly change: StatusChange;
  readonly item: SagaItem;
  readonly before: SagaInput;
  readonly why: { readonly error: string; readonly reason: string };
}

/** A machine that failed would fail again, from wherever it is started: a person has to look, and redrives it or resumes the saga on a mended definition. */
async function markStuck(ports: MachinePorts, { change, item, before, why }: Failed): Promise<void> {
  const { saga, sagaId, execution } = item;
  const direction = item.failure === undefined ? 'forward' : 'undo';
  const step = item.step ?? readSteps(ports)[0]?.name ?? '';
  const { correlationid, traceparent } = before;
  await repeatingConflicts(ports, async () => {
    const work = new UnitOfWork({ ports, cause: { id: change.id, correlationid, traceparent, flow: 'orchestration' }, identity: ['saga-watchdog', change.id] });
    const stuck = { step, direction, ...why, at: work.now };
    work.update(
      sagaKeyOf(sagaId),
      {
        expression: 'SET #state = :state, ownerKey = :owner, updatedAt = :now, stuck = :stuck, #trail.#entry = :entry',
        names: { '#state': 'state', '#trail': 'trail', '#entry': `${String(item.round).padStart(3, '0')}.99999#${work.now}` },
        values: {
          ':state': 'STUCK',
          ':owner': `SAGAS#${saga}#STUCK`,
          ':now': work.now,
          ':stuck': stuck,
          ':entry': { ...stuck, what: 'stuck', execution },
        },
      },
      { condition: { expression: 'attribute_exists(pk)' } },
    );
    work.emit(SagaStuck.v1({ saga, sagaId, step, direction, ...why, stuckAt: work.now }));
    const condition = { expression: UNCLAIMED, values: { ':nowSeconds': Math.floor(ports.nowMs() / 1000) } };
    await work.commit({ kind: 'put', record: { pk: `WATCHDOG#${change.id}`, sk: 'COMMIT', payloadHash: '' }, condition });
  });
}

const readSteps = ({ environment }: MachinePorts): readonly StepFacts[] => JSON.parse(required(environment, 'SAGA_STEPS')) as readonly StepFacts[];
