import { parseArn } from '../../../kernel/arn.ts';
import type { PipeRecord, PipesState, RunningPipe } from '../state.ts';
import { openLine } from './line.ts';
import { QueueSource } from './queue-source.ts';
import { StreamSource } from './stream-source.ts';

/** Has a pipe read its source until it is stopped. */
export function startReading(state: PipesState, pipe: PipeRecord): RunningPipe {
  const line = openLine(state, pipe);
  return parseArn(pipe.settings.Source ?? '')?.service === 'sqs' ? new QueueSource(line) : new StreamSource(line);
}
