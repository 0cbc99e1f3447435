import type { AlarmStateValue } from '../../../languages/alarm-rule/alarm-rule.ts';
import type { MetricQuery } from '../metrics/query.ts';

export type Comparison = 'GreaterThanOrEqualToThreshold' | 'GreaterThanThreshold' | 'LessThanThreshold' | 'LessThanOrEqualToThreshold';

export type MissingData = 'breaching' | 'notBreaching' | 'ignore' | 'missing';

/** What a metric alarm compares. */
export interface MetricCondition {
  readonly kind: 'metric';
  readonly queries: readonly MetricQuery[];
  readonly periodMs: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  /** As given: absent, all of the periods must breach. */
  readonly datapointsToAlarm: number | undefined;
  readonly treatMissingData: MissingData | undefined;
  /** The members of `PutMetricAlarm` that name the metric, as they are answered. */
  readonly answered: Readonly<Record<string, unknown>>;
}

export interface CompositeCondition {
  readonly kind: 'composite';
  readonly rule: string;
}

export interface AlarmState {
  readonly value: AlarmStateValue;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData: string | undefined;
  readonly updatedMs: number;
  readonly transitionedMs: number;
}

/** An alarm as it is kept, its state included. */
export interface AlarmRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  readonly configuredMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly condition: MetricCondition | CompositeCondition;
  readonly state: AlarmState;
}

/** One line of an alarm's history. */
export interface HistoryItem {
  readonly alarmName: string;
  readonly alarmType: 'MetricAlarm' | 'CompositeAlarm';
  readonly atMs: number;
  readonly type: 'StateUpdate' | 'ConfigurationUpdate' | 'Action';
  readonly summary: string;
  /** JSON text. */
  readonly data: string;
}

export const alarmTypeOf = ({ condition }: AlarmRecord): HistoryItem['alarmType'] => (condition.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm');

/** Times in alarm data: `2026-11-21T10:54:00.000+0000`. */
export const alarmTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');
