import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { assign } from '../../../languages/states/index.ts';
import { append } from '../history/append.ts';
import { jsonText } from '../history/text.ts';
import { childSucceeded } from './children.ts';
import { stateOf } from './compile.ts';
import type { Exit, Frame } from './frame.ts';
import type { Place } from './place.ts';
import { discard } from './timers.ts';

/** Leaves a state for the next one, or ends the frame. Answers other frames that may go on because of it. */
export function leave(place: Place, { output, assigned, next }: Exit, text: string): readonly Frame[] {
  const { engine, running, frame } = place;
  const { Type: type } = stateOf(running, frame);
  const details = { name: frame.state, output: text, ...(assigned && { assignedVariables: texts(assigned) }) };
  // A failed state that nothing caught is not left, so that every exit has its event but that of Fail, which has none.
  frame.previousEventId = append(engine.state, running, { type: `${type}StateExited` as HistoryEventType, previousEventId: frame.previousEventId, details });
  if (assigned) frame.variables = assign(frame.variables, assigned);
  if (next !== undefined) {
    frame.state = next;
    frame.input = output;
    frame.inputText = text;
    frame.step = { kind: 'enter' };
    return [];
  }
  discard(engine, running, frame);
  const parent = frame.parent === undefined ? undefined : running.frames.get(frame.parent);
  if (parent) return childSucceeded({ engine, running, frame: parent }, frame, output);
  engine.end(running, { status: 'SUCCEEDED', output: text }, frame.previousEventId);
  return [];
}

const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, jsonText(value)]));
