import { executionDoesNotExist } from '../errors.ts';
import { readArnOf } from '../naming.ts';
import type { Execution } from '../records.ts';
import { rememberedExecution, type StatesState } from '../state.ts';

/** The execution behind an ARN, which is never an Express one: the API does not show those. */
export function resolveExecution(state: StatesState, arn: string): Execution {
  readArnOf(arn, 'execution');
  const execution = rememberedExecution(state, arn);
  if (!execution) throw executionDoesNotExist(arn);
  return execution;
}
