import type { TestStateInput, TestStateOutput } from '@aws-sdk/client-sfn';
import { NotEmulated } from '../../../kernel/errors.ts';

export function testState(_input: TestStateInput): TestStateOutput {
  throw new NotEmulated('TestState', 'sfn');
}
