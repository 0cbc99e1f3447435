import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { AlarmRecord, HistoryItem } from './alarms/records.ts';
import { noticeData, type Watch, watch } from './alarms/watch.ts';
import { createMetricStore, type MetricStore, MINUTE_MS, record, seriesOfDatum } from './metrics/series.ts';

export interface Dashboard {
  readonly name: string;
  readonly arn: string;
  readonly body: string;
  readonly modifiedMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface CloudWatchState {
  /** Alarms with their states: these survive a restart. Metrics and histories do not. */
  readonly alarms: Collection<AlarmRecord>;
  readonly dashboards: Collection<Dashboard>;
  readonly metrics: MetricStore;
  /** Oldest first. */
  readonly history: HistoryItem[];
  readonly watches: Map<string, Watch>;
}

export function createState(kernel: Kernel): CloudWatchState {
  const state: CloudWatchState = {
    alarms: kernel.collection('cloudwatch.alarms'),
    dashboards: kernel.collection('cloudwatch.dashboards'),
    metrics: createMetricStore(),
    history: [],
    watches: new Map(),
  };
  const world = { kernel, state };
  kernel.onMetric((datum) => {
    const series = seriesOfDatum(state.metrics, datum);
    record(series, { kind: 'value', value: datum.value, count: 1 }, { timeMs: kernel.nowMs(), unit: datum.unit, stepMs: MINUTE_MS });
    if (series.watchers.size > 0) noticeData(world, series);
  });
  for (const alarm of state.alarms.values()) watch(world, alarm, { isRestart: true });
  return state;
}
