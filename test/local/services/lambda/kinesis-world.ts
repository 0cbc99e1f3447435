import type { Service } from '../../../../local/kernel/service.ts';
import { kinesis } from '../../../../local/services/kinesis/service.ts';
import { createWorld, type MemoryStore, type Script } from './world.ts';

export const ARN = 'arn:aws:kinesis:eu-west-1:111122223333:stream/events';

/** What a function gets of a stream. */
export interface KinesisEvent {
  readonly Records: { readonly eventID: string; readonly kinesis: { readonly data: string; readonly partitionKey: string; readonly sequenceNumber: string } }[];
}

/** The records' data. */
export const texts = (event: unknown): string[] => (event as KinesisEvent).Records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString());

/** A stream `events` that a mapping brings to the function `work`. */
export async function mapped(
  work: Script,
  mapping: object = {},
  options: { store?: MemoryStore; shards?: number; before?: readonly string[]; seed?: number; services?: readonly Service[] } = {},
) {
  const world = createWorld({ functions: { work }, ...options, services: [kinesis as Service, ...(options.services ?? [])] });
  const put = (data: string, key = 'k') => world.call('kinesis', 'PutRecord', { StreamName: 'events', Data: Buffer.from(data), PartitionKey: key });
  const shards = async () => (await world.call('kinesis', 'ListShards', { StreamName: 'events' })).Shards;
  let uuid: string = [...world.state.mappings.keys()][0] ?? '';
  const create = (more: object = {}) =>
    world.lambda('CreateEventSourceMapping', { FunctionName: 'work', EventSourceArn: ARN, StartingPosition: 'TRIM_HORIZON', ...mapping, ...more });
  if (uuid === '') {
    await world.createQueue('failures');
    await world.call('kinesis', 'CreateStream', { StreamName: 'events', ShardCount: options.shards ?? 1 });
    await world.advance(60_000);
    for (const text of options.before ?? []) await put(text);
    await world.advance(10);
    uuid = (await create()).UUID;
    await world.advance(10);
  }
  const seen = () => world.invocations.map(({ event }) => texts(event));
  return { ...world, put, shards, seen, uuid, create };
}
