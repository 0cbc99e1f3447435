import { setTimeout as passed } from 'node:timers/promises';
import { type ClientSettings, type Clients, createClients } from '../clients.ts';
import { heldKeys } from '../consumers/group-lag.ts';
import type { Operations } from '../operations.ts';
import { depthTotal, queueDepth } from '../status/status.ts';
import type { System } from '../system.ts';
import { systemOperations } from '../system-operations.ts';

/** AWS offers nothing that this operation could be made of; a plane in this process does. */
export class NotOnAwsError extends Error {
  constructor(operation: string, because: string) {
    super(`${operation} is not there on AWS: ${because}`);
    this.name = 'NotOnAwsError';
  }
}

/** A longer poll asks all servers of SQS; a second is enough to be answered. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html */
const RECEIVE_WAIT_SECONDS = 1;

/** SQS counts approximately: what is quiet has to be so in several looks. */
const QUIET_LOOKS = 3;
const LOOK_EVERY_MS = 2_000;

async function untilQuiet(clients: Clients, { consumers }: System, timeoutMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs;
  for (let calm = 0; calm < QUIET_LOOKS; ) {
    const depths = await Promise.all(consumers.map(({ queueUrl }) => queueDepth(clients.sqs, queueUrl)));
    const isCalm = depths.every((depth) => depthTotal(depth) === 0) && (await heldKeys(clients, consumers)) === 0;
    calm = isCalm ? calm + 1 : 0;
    if (calm >= QUIET_LOOKS) break;
    if (Date.now() > deadlineMs) return false;
    await passed(LOOK_EVERY_MS);
  }
  return true;
}

/**
 * The operations on AWS, or on any endpoint that answers like it. Region and credentials are found as every AWS tool finds them, unless settings say otherwise. Jobs run in this
 * process: where it ends, what was in hand is in the dead-letter queue again, and the job is listed as lost.
 */
export function awsOperations(settings: ClientSettings): Operations {
  const clients = createClients(settings);
  const endpoint = typeof settings.endpoint === 'string' ? settings.endpoint : undefined;
  return systemOperations(clients, {
    kind: 'aws',
    endpoint,
    receiveWaitSeconds: RECEIVE_WAIT_SECONDS,
    nowMs: () => Date.now(),
    wait: (ms) => passed(ms),
    apiUrl: ({ apiUrl }) => apiUrl,
    publishedCount: () => undefined,
    meters: () => {
      throw new NotOnAwsError('meters', 'nobody adds up there what a system has done; CloudWatch and the bill do');
    },
    quiet: (system, timeoutMs) => untilQuiet(clients, system, timeoutMs),
    // Nobody records the flow there: the tables tell.
    recordedThread: () => ({ events: [], isWhole: false }),
    publishedEvent: () => undefined,
    wasPublished: () => undefined,
  });
}
