import { type BusPorts, lambdaBusPorts, type Outgoing, publish } from './publish.ts';
import { lambdaKinesis, putToStream, type StreamPorts } from './stream.ts';

/** The world of a relay: a table, the bus and the stream. */
export interface RelayPorts extends BusPorts, StreamPorts {}

/** The world of a relay in Lambda, for one invocation. */
export function lambdaRelayPorts(remainingMs: () => number): RelayPorts {
  return Object.defineProperties(Object.create(lambdaBusPorts), { kinesis: { get: () => lambdaKinesis() }, remainingMs: { value: remainingMs } }) as RelayPorts;
}

/**
 * Hands events to the bus and, where there is one (`STREAM_NAME`), to the stream: each keeps the order of the keys for itself, and neither waits for the other. Answers with what one of the
 * two did not take; it comes again for both, with the same ids.
 */
export async function announce<T extends Outgoing>(ports: RelayPorts, outgoing: readonly T[]): Promise<ReadonlySet<T>> {
  const streamName = ports.environment['STREAM_NAME'];
  if (!streamName) return publish(ports, outgoing);
  const [offBus, offStream] = await Promise.all([publish(ports, outgoing), putToStream(ports, streamName, outgoing)]);
  return new Set([...offBus, ...offStream]);
}
