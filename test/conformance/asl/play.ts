import type { Answer } from '../trace/answer.ts';
import { type Bound, differenceOf } from '../trace/compare.ts';
import type { AslCase } from './asl-case.ts';
import { historyDifference, withoutTraces, withoutVolatile } from './history.ts';
import { type Stage, setStage } from './stage.ts';

/** How a case was answered: as recorded, in another way, or not at all. */
export type Played =
  | { readonly outcome: 'agrees' }
  | { readonly outcome: 'differs'; readonly difference: string }
  | { readonly outcome: 'notEmulated'; readonly what: string };

const ROLE = 'arn:aws:iam::111111111111:role/sfn_role-00000001';
const YEAR_MS = 366 * 86_400_000;
const SIMPLE = JSON.stringify({ StartAt: 'Simple', States: { Simple: { Type: 'Pass', End: true } } });

const differs = (difference: string | undefined): Played => (difference === undefined ? { outcome: 'agrees' } : { outcome: 'differs', difference });

const refusal = ({ notEmulated }: Answer): Played | undefined => (notEmulated === undefined ? undefined : { outcome: 'notEmulated', what: notEmulated });

const untimed = (events: NonNullable<AslCase['expected']['events']>) => events.map(({ timestamp: _timestamp, ...event }) => event);

/** The first difference, but for stack traces and what the recorder replaced by words. */
function compared(recorded: unknown, ours: unknown, context: Parameters<typeof differenceOf>[2]): string | undefined {
  return differenceOf(...withoutVolatile(withoutTraces(recorded), withoutTraces(ours)), context);
}

/** Plays a case on a plane of its own. */
export async function playCase(one: AslCase): Promise<Played> {
  const stage = await setStage(one);
  try {
    switch (one.kind) {
      case 'execution':
        return await playExecution(one, stage);
      case 'express-sync':
        return await playSync(one, stage);
      case 'test-state':
        return await playRequest(one, stage, 'test_state');
      case 'validate-definition':
        return await playRequest(one, stage, 'validate_state_machine_definition');
      case 'create-error':
        return await playRefusal(one, stage);
    }
  } finally {
    await stage.plane.close();
  }
}

/** The name that the recorded machine had, which the bindings tell. */
const machineName = ({ bindings }: AslCase): string =>
  bindings.find(({ replacement }) => replacement === '<ArnPart_0idx>')?.regex?.replaceAll('\\', '') ?? 'statemachine';

/** What the recorded tests start from other machines. */
const TARGET = JSON.stringify({ StartAt: 'State_1', States: { State_1: { Type: 'Pass', Result: { Arg1: 'argument1' }, End: true } } });

/** Where the case names a machine of the recording, that one is what it starts, and its own has another name. */
async function createMachine(one: AslCase, stage: Stage): Promise<Answer> {
  const { definition = SIMPLE, type = 'STANDARD', input = '' } = one;
  const name = machineName(one);
  const target = /:stateMachine:([\w-]+)/.exec(`${definition}${input}`)?.[1];
  const create = (called: string, text: string, kind: string) =>
    stage.call('stepfunctions', 'create_state_machine', { name: called, definition: text, roleArn: ROLE, type: kind });
  if (target !== undefined) await create(target, TARGET, 'STANDARD');
  return create(target === name ? `${name}-own` : name, definition, type);
}

async function playExecution(one: AslCase, stage: Stage): Promise<Played> {
  const created = await createMachine(one, stage);
  if (created.errorText !== undefined) return refusal(created) ?? differs(created.errorText);
  const { stateMachineArn } = created.body;
  const input = one.input === undefined || one.input === null ? {} : { input: one.input };
  const started = await stage.call('stepfunctions', 'start_execution', { stateMachineArn, ...input });
  if (started.errorText !== undefined) return refusal(started) ?? differs(started.errorText);
  const { executionArn } = started.body as { executionArn: string };
  const { kernel } = stage.plane;
  const executions = kernel.collection<{ readonly ending: unknown }>('sfn.executions');
  await kernel.run({ untilMs: kernel.nowMs() + YEAR_MS, isDone: () => executions.get(executionArn)?.ending !== undefined });
  const { body } = await stage.call('stepfunctions', 'describe_execution', { executionArn });
  const bound: Bound = new Map();
  return differs(endDifference(one, body, bound) ?? (await eventsDifference(one, stage, { executionArn, bound })));
}

function endDifference({ expected, bindings }: AslCase, body: Readonly<Record<string, unknown>>, bound: Bound): string | undefined {
  for (const member of ['status', 'output', 'error', 'cause'] as const) {
    const recorded = expected[member];
    const ours = body[member];
    // Null: what was recorded does not say.
    if (recorded === null || (recorded === undefined && (ours === undefined || ours === null))) continue;
    const difference = compared({ [member]: recorded }, { [member]: ours }, { bindings, bound });
    if (difference !== undefined) return difference;
  }
  return undefined;
}

async function eventsDifference(
  { expected, bindings }: AslCase,
  stage: Stage,
  { executionArn, bound }: { readonly executionArn: string; readonly bound: Bound },
) {
  if (!expected.events) return undefined;
  const isReversed = expected.events.length > 1 && Number(expected.events[0]?.['id']) > Number(expected.events[1]?.['id']);
  const { body } = await stage.call('stepfunctions', 'get_execution_history', { executionArn, maxResults: 1000, reverseOrder: isReversed });
  const [recorded, ours] = withoutVolatile(withoutTraces(untimed(expected.events)), withoutTraces(untimed(body['events'] as typeof expected.events))) as [
    typeof expected.events,
    typeof expected.events,
  ];
  return historyDifference(recorded, ours, { bindings, bound });
}

async function playSync(one: AslCase, stage: Stage): Promise<Played> {
  const created = await createMachine(one.expected.response?.['Error'] ? { ...one, type: 'STANDARD' } : one, stage);
  if (created.errorText !== undefined) return refusal(created) ?? differs(created.errorText);
  const input = one.input === undefined || one.input === null ? {} : { input: one.input };
  const { body } = await stage.call('stepfunctions', 'start_sync_execution', { stateMachineArn: created.body['stateMachineArn'], ...input });
  return differs(compared(one.expected.response, body, { bindings: one.bindings, bound: new Map() }));
}

async function playRequest(one: AslCase, stage: Stage, op: string): Promise<Played> {
  return compareAnswer(one, await stage.call('stepfunctions', op, one.request ?? {}));
}

/** The recording is of one request; what came before it is made so that it can fail as it did. */
async function playRefusal(one: AslCase, stage: Stage): Promise<Played> {
  const { operation = '', request = {} } = one;
  const { stateMachineArn } = request as { readonly stateMachineArn?: string };
  const name = operation === 'create_state_machine' ? (request['name'] as string) : stateMachineArn?.split(':')[6];
  const isThere = operation !== 'create_state_machine' || JSON.stringify(one.expected.error).includes('AlreadyExists');
  if (isThere && name !== undefined) await stage.call('stepfunctions', 'create_state_machine', { name, definition: SIMPLE, roleArn: ROLE });
  return compareAnswer(one, await stage.call('stepfunctions', operation, request));
}

function compareAnswer({ expected, bindings }: AslCase, answer: Answer): Played {
  const unavailable = refusal(answer);
  if (unavailable) return unavailable;
  const context = { bindings, bound: new Map<string, string>() };
  if (expected.response) return differs(compared(expected.response, answer.body, context));
  const { error } = expected as { readonly error: { readonly exception_typename?: string; readonly exception_value?: string } };
  if (error.exception_typename === undefined) return differs(differenceOf(error, answer.body, context));
  const { Error: ours } = answer.body as { readonly Error?: { readonly Code?: string } };
  return differs(differenceOf(error, { exception_typename: ours?.Code, exception_value: answer.errorText }, context));
}
