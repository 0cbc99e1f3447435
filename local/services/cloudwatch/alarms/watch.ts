import type { Timer } from '../../../kernel/scheduler.ts';
import { type MetricSource, readSource, runQueries } from '../metrics/query.ts';
import { type Series, seriesOf } from '../metrics/series.ts';
import { judge, rangeStartMs, type Verdict } from './evaluation.ts';
import type { AlarmRecord, MetricCondition } from './records.ts';
import { changeState, type World } from './transition.ts';

/** How an alarm waits: for the end of a period, for the end of this turn, or for data only. */
export interface Watch {
  timer: Timer | undefined;
  isDue: boolean;
  readonly series: readonly Series[];
}

/** Begins to look at an alarm's metrics. Its first evaluation is at the end of a period: the present one, or after a restart the next, when its metrics have had time to come. */
export function watch(world: World, { name, condition }: AlarmRecord, options: { readonly isRestart: boolean }): void {
  const { state, kernel } = world;
  unwatch(world, name);
  if (condition.kind !== 'metric') return;
  const series = condition.queries.flatMap(({ source }) =>
    source.kind === 'metric' ? [seriesOf(state.metrics, source.namespace, source.name, source.dimensions)] : [],
  );
  for (const each of series) {
    each.watchers.add(name);
    each.stepMs = Math.min(each.stepMs, condition.periodMs);
  }
  state.watches.set(name, { timer: undefined, isDue: false, series });
  evaluateAtPeriodEnd(world, name, condition, kernel.nowMs() + (options.isRestart ? condition.periodMs : 0));
}

export function unwatch({ state }: World, name: string): void {
  const existing = state.watches.get(name);
  existing?.timer?.cancel();
  for (const series of existing?.series ?? []) series.watchers.delete(name);
  state.watches.delete(name);
}

/**
 * Says that a metric has a new datum. An alarm that is not in ALARM is evaluated at the end of this turn, with the period that is not over yet.
 * Differs from AWS: there an alarm is evaluated up to a minute later.
 */
export function noticeData(world: World, { watchers }: Series): void {
  for (const name of watchers) {
    const alarm = world.state.alarms.get(name);
    const watching = world.state.watches.get(name);
    if (alarm?.condition.kind !== 'metric' || !watching) continue;
    evaluateAtPeriodEnd(world, name, alarm.condition, world.kernel.nowMs());
    if (watching.isDue || alarm.state.value === 'ALARM') continue;
    watching.isDue = true;
    world.kernel.soon(`cloudwatch alarm ${name}`, () => {
      watching.isDue = false;
      evaluatePresentPeriod(world, name);
    });
  }
}

/** Has the alarm looked at again at the end of its period, for instance after its state was set by hand. */
export function reconsider(world: World, name: string): void {
  const alarm = world.state.alarms.get(name);
  if (alarm?.condition.kind === 'metric') evaluateAtPeriodEnd(world, name, alarm.condition, world.kernel.nowMs());
}

function evaluateAtPeriodEnd(world: World, name: string, { periodMs }: MetricCondition, afterMs: number): void {
  const watching = world.state.watches.get(name);
  if (!watching || watching.timer) return;
  const dueMs = (Math.floor(afterMs / periodMs) + 1) * periodMs;
  watching.timer = world.kernel.at(dueMs, `cloudwatch alarm ${name}`, () => {
    watching.timer = undefined;
    evaluatePastPeriods(world, name, dueMs);
  });
}

function verdictAt({ kernel, state }: World, condition: MetricCondition, endMs: number): Verdict {
  const range = { startMs: rangeStartMs(condition, endMs), endMs };
  const [values = new Map()] = runQueries(state.metrics, condition.queries, range).flatMap((result) => result.series);
  const [query, ...more] = condition.queries;
  const isSimple = query?.source.kind === 'metric' && more.length === 0;
  const counts = isSimple ? readSource(state.metrics, { ...(query.source as MetricSource), statistic: 'SampleCount' }, range) : undefined;
  return judge(condition, { values, counts }, { endMs, nowMs: kernel.nowMs() });
}

/** Without data the next evaluation would say the same: the alarm then waits for data and sets no timer. */
function evaluatePastPeriods(world: World, name: string, endMs: number): void {
  const alarm = world.state.alarms.get(name);
  if (alarm?.condition.kind !== 'metric') return;
  const { condition } = alarm;
  const { value, reason, reasonData, hasData } = verdictAt(world, condition, endMs);
  if (value !== undefined) changeState(world, name, { value, reason, reasonData });
  if (hasData) evaluateAtPeriodEnd(world, name, condition, endMs);
}

function evaluatePresentPeriod(world: World, name: string): void {
  const alarm = world.state.alarms.get(name);
  if (alarm?.condition.kind !== 'metric' || alarm.state.value === 'ALARM') return;
  const { periodMs } = alarm.condition;
  const endMs = (Math.floor(world.kernel.nowMs() / periodMs) + 1) * periodMs;
  const { value, reason, reasonData, hasData } = verdictAt(world, alarm.condition, endMs);
  if (value === 'ALARM' && hasData) changeState(world, name, { value, reason, reasonData });
}
