import type { TestStateInput, TestStateOutput } from '@aws-sdk/client-sfn';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { JsonObject } from '../../../languages/states/index.ts';
import type { Frame } from '../engine/frame.ts';
import { createRunning } from '../engine/running.ts';
import { stateMachineArn } from '../naming.ts';
import type { Execution, Revision } from '../records.ts';
import type { States } from '../state.ts';
import { checkMock } from '../testing/mock.ts';
import { readContext } from '../testing/mocked-context.ts';
import { readTestedState, type TestedState } from '../testing/tested-state.ts';
import { type Trial, tryState } from '../testing/try-state.ts';
import { checkInput } from './starting.ts';

const MEMBERS = ['definition', 'roleArn', 'input', 'inspectionLevel', 'revealSecrets', 'variables', 'stateName', 'mock', 'context', 'stateConfiguration'];

/** Tries one state, of a machine or alone, with its work mocked or done. @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html */
export async function testState(input: TestStateInput, context: States): Promise<TestStateOutput> {
  refuseAllBut(MEMBERS, input, { operation: 'TestState', page: 'sfn' });
  const tested = readTestedState(input.definition ?? '', input.stateName);
  checkMock(input, tested.state);
  const mocked = readContext(input.context);
  checkInput(input.input ?? '{}');
  const { engine } = context.state;
  const { running, frame } = executionOf(input, { tested, mocked, context });
  const trial: Trial = { place: { engine, running, frame }, state: tested.state, input, seen: {} };
  const output = await tryState(trial);
  return input.inspectionLevel === 'DEBUG' || input.inspectionLevel === 'TRACE' ? { ...output, inspectionData: trial.seen } : output;
}

interface Tried {
  readonly tested: TestedState;
  readonly mocked: JsonObject | undefined;
  readonly context: States;
}

/** An execution that stands at the state, of which nothing is kept. */
function executionOf(input: TestStateInput, { tested, mocked, context: { kernel, cause } }: Tried) {
  const machineName = kernel.uuid();
  const name = kernel.uuid();
  const nowMs = kernel.nowMs();
  const text = input.input ?? '{}';
  const revision: Revision = {
    key: machineName,
    stateMachineArn: stateMachineArn(kernel, machineName),
    machineName,
    revisionId: undefined,
    definition: tested.definition,
    roleArn: input.roleArn ?? '',
    type: 'EXPRESS',
    logging: { level: 'OFF', includeExecutionData: false, destinations: undefined },
    isTraced: false,
    createdMs: nowMs,
  };
  const execution: Execution = {
    arn: kernel.arn('states', `express:${machineName}:${name}`),
    name,
    stateMachineArn: revision.stateMachineArn,
    versionArn: undefined,
    aliasArn: undefined,
    revisionKey: revision.key,
    type: 'EXPRESS',
    input: text,
    startMs: nowMs,
    traceHeader: undefined,
    mapParent: undefined,
    cause,
    events: 0,
    deadlineMs: undefined,
    stopMs: undefined,
    redriveCount: 0,
    redriveMs: undefined,
    ending: undefined,
  };
  const frame: Frame = {
    id: 'r',
    executionArn: execution.arn,
    parent: undefined,
    index: 0,
    path: tested.path,
    item: undefined,
    state: tested.name,
    step: { kind: 'entered' },
    input: JSON.parse(text) as unknown,
    inputText: text,
    variables: { own: JSON.parse(input.variables ?? '{}') as JsonObject },
    previousEventId: 0,
    enteredEventId: 0,
    ledById: 0,
    enteredMs: nowMs,
    attempts: {},
    retryCount: input.stateConfiguration?.retrierRetryCount ?? 0,
  };
  // Recorded: the context object names no state.
  const running = { ...createRunning(execution, revision), mockedContext: { State: { Name: 'StateName' }, ...mocked } };
  return { running, frame };
}
