import { append, CHUNK } from '../history/append.ts';
import type { Execution, Revision } from '../records.ts';
import { reportStart } from '../reporting/report.ts';
import { frameKey } from './frame.ts';
import { redriveMapRun } from './mapping/map-run.ts';
import type { Engine } from './place.ts';
import type { Running } from './running.ts';

/** Goes on with an execution that has failed, from where it stood, by the definition that it had. */
export function redrive(engine: Engine, execution: Execution, { running, revision }: { readonly running: Running; readonly revision: Revision }): void {
  const { state, kernel } = engine;
  const nowMs = kernel.nowMs();
  execution.ending = undefined;
  execution.stopMs = undefined;
  execution.redriveCount += 1;
  execution.redriveMs = nowMs;
  execution.deadlineMs = running.compiled.timeoutSeconds === undefined ? execution.deadlineMs : nowMs + running.compiled.timeoutSeconds * 1000;
  running.chunk = state.history.get(`${execution.arn}|${Math.floor((execution.events - 1) / CHUNK)}`) ?? [];
  reportStart(engine, running);
  const redriven = append(state, running, { type: 'ExecutionRedriven', previousEventId: execution.events, details: { redriveCount: execution.redriveCount } });
  state.executions.put(execution.arn, execution);
  state.running.set(execution.arn, running);
  const prefix = frameKey(execution.arn, '');
  for (const stalled of framesOf(engine, execution.arn)) {
    running.frames.set(stalled.id, { ...stalled, previousEventId: stalled.step.kind === 'enter' ? stalled.previousEventId : redriven });
  }
  for (const frame of running.frames.values()) state.frames.put(`${prefix}${frame.id}`, frame);
  kernel.soon(`redrive by ${revision.roleArn}`, () => {
    for (const frame of [...running.frames.values()]) {
      if (frame.step.kind === 'map-run') redriveMapRun({ engine, running, frame });
      else engine.drive(running, frame);
    }
  });
}

/** Frames that are kept of an execution: from the root down, ids that grow by `.<index>`. */
function framesOf({ state }: Engine, arn: string) {
  const root = state.frames.get(frameKey(arn, 'r'));
  if (!root) return [];
  const frames = [root];
  for (let place = 0; place < frames.length; place += 1) {
    const frame = frames[place] as typeof root;
    const { step } = frame;
    const count = step.kind === 'parallel' ? step.results.length : step.kind === 'map' ? step.next : 0;
    for (let index = 0; index < count; index += 1) {
      const child = state.frames.get(frameKey(arn, `${frame.id}.${index}`));
      if (child) frames.push(child);
    }
  }
  return frames;
}
