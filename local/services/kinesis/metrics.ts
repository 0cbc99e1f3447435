import type { Shard, Stream } from './stream/stream.ts';

type Unit = 'Count' | 'Bytes' | 'Milliseconds';

/** Publishes a metric of a stream. @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export function meter({ kernel, name }: Stream, metric: string, value: number, unit: Unit = 'Count'): void {
  kernel.meter({ namespace: 'AWS/Kinesis', name: metric, dimensions: { StreamName: name }, value, unit });
}

/** Publishes a metric of a shard where enhanced monitoring asks for it. */
export function meterShard({ kernel, record }: Stream, { id }: Shard, metric: string, value: number, unit: Unit = 'Count'): void {
  if (record.shardLevelMetrics.length === 0 || !record.shardLevelMetrics.includes(metric)) return;
  kernel.meter({ namespace: 'AWS/Kinesis', name: metric, dimensions: { StreamName: record.name, ShardId: id }, value, unit });
}

/** Publishes a metric of a consumer with enhanced fan-out. */
export function meterConsumer({ kernel, name }: Stream, consumerName: string, metric: string, value: number, unit: Unit = 'Count'): void {
  kernel.meter({ namespace: 'AWS/Kinesis', name: metric, dimensions: { StreamName: name, ConsumerName: consumerName }, value, unit });
}
