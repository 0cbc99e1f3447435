import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { CollectionStore } from '../../../../local/kernel/collection.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import { cloudwatch } from '../../../../local/services/cloudwatch/service.ts';
import type { CloudWatchState } from '../../../../local/services/cloudwatch/state.ts';
import { sqs } from '../../../../local/services/sqs/service.ts';

/** 20 November 2026, on a full minute. */
export const START_MS = 1_795_132_800_000;

export interface CloudWatchWorld {
  readonly kernel: Kernel;
  readonly state: CloudWatchState;
  call<Output>(operation: string, input?: object): Promise<Output>;
  sqs<Output>(operation: string, input: object): Promise<Output>;
  alarm(name: string): Promise<MetricAlarm>;
  put(value: number, more?: object): Promise<unknown>;
  wait(ms: number): Promise<void>;
  journal(kind: string): JournalEntry[];
}

export function cloudWatchWorld(options: { store?: CollectionStore; startMs?: number; seed?: string } = {}): CloudWatchWorld {
  const kernel = new Kernel({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: options.startMs ?? START_MS },
    seed: options.seed ?? 'cloudwatch',
    store: options.store,
    journalCapacity: 10_000,
  });
  const state = kernel.install(cloudwatch);
  kernel.install(sqs);
  const request =
    (service: string) =>
    <Output>(operation: string, input: object = {}): Promise<Output> =>
      kernel.request({ service, operation, input, principal: { type: 'root' } });
  const call = request('cloudwatch');
  return {
    kernel,
    state,
    call,
    sqs: request('sqs'),
    alarm: async (name) => (await call<{ MetricAlarms: MetricAlarm[] }>('DescribeAlarms', { AlarmNames: [name] })).MetricAlarms[0] as MetricAlarm,
    put: (value, more = {}) => call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName: 'errors', Value: value, ...more }] }),
    wait: async (ms) => {
      await kernel.run({ untilMs: kernel.nowMs() + ms });
    },
    journal: (kind) => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind),
  };
}

export const ALARM = {
  AlarmName: 'errors',
  Namespace: 'app',
  MetricName: 'errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
};
