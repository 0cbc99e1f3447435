import { S3 } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { Plane, type PlaneOptions } from '../../../../local/index.ts';

const START_MS = Date.UTC(2026, 0, 5, 8);

/** A plane with S3, and a client of it. */
export function s3World(options: PlaneOptions = {}) {
  const bugs: unknown[] = [];
  const plane = new Plane({ clock: { kind: 'virtual', startMs: START_MS }, seed: 1, onBug: (error) => bugs.push(error), ...options });
  onTestFinished(() => plane.close());
  const s3 = new S3({ ...plane.clientSettings(), maxAttempts: 1 });
  return { plane, s3, bugs };
}

/** The name and status of the error that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: { name: string; $metadata?: { httpStatusCode?: number } }) => `${error.name} ${error.$metadata?.httpStatusCode}`,
  );
}
