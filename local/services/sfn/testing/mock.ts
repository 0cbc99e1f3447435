import type { MockInput, TestStateInput } from '@aws-sdk/client-sfn';
import type { Json, State } from '../../../languages/states/index.ts';
import { refusedDefinition, validationException } from '../errors.ts';
import { failed, type TaskOutcome } from '../tasks/outcome.ts';
import { readResource } from '../tasks/resource.ts';
import { checkResult } from './mock-schema.ts';

const MOCKABLE: ReadonlySet<State['Type']> = new Set(['Task', 'Map', 'Parallel']);

/** Throws where a mock does not go with the state. Recorded. */
export function checkMock(input: TestStateInput, state: State): void {
  const { mock, revealSecrets } = input;
  if (!mock) {
    if (state.Type !== 'Map' && state.Type !== 'Parallel') return;
    const types = '[Task, Wait, Pass, Succeed, Fail, Choice]';
    throw refusedDefinition(`TestState API does not support Map or Parallel states. Supported state types include: ${types}`);
  }
  if (mock.result !== undefined && mock.errorOutput !== undefined) {
    throw validationException('A test mock should have only one of the following fields: [result, errorOutput].');
  }
  if (revealSecrets) throw validationException('TestState does not support RevealSecrets when a mock is specified.');
  if (!MOCKABLE.has(state.Type)) throw validationException(`State type '${state.Type}' is not supported when a mock is specified`);
}

/** What the mocked work of a state ends with. */
export function mockedOutcome(mock: MockInput, state: State): TaskOutcome {
  if (mock.errorOutput) return failed(mock.errorOutput.error, mock.errorOutput.cause);
  const output = parsed(mock.result ?? '');
  if (state.Type === 'Map' || state.Type === 'Parallel') {
    if (!Array.isArray(output)) throw validationException('Mocked result must be an array.');
    if (state.Type === 'Parallel' && output.length !== state.Branches.length) {
      throw validationException('Mocked result must contain the same number of items as number of Parallel branches.');
    }
  }
  const resource = state.Type === 'Task' ? readResource(state.Resource) : undefined;
  if (resource?.kind === 'optimized' && mock.fieldValidationMode !== 'NONE') {
    checkResult(`${resource.name}:${resource.action}`, output, { isPresenceRequired: mock.fieldValidationMode !== 'PRESENT' });
  }
  return { kind: 'succeeded', output };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw validationException('Mocked result must be a valid JSON');
  }
}
