import { type AttributeValue, type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { RedriveJob, RedriveOutcomes } from './job.ts';

/** A job as the index's table keeps it: what it does and has done, without the list of its messages. */
export interface JobRecord {
  readonly id: string;
  readonly kind: 'redrive';
  /** `lost`: its process has not been heard of for minutes, and did not say how it ended. */
  readonly status: RedriveJob['status'] | 'lost';
  readonly consumer: string;
  readonly planId: string;
  readonly planned: number;
  readonly outcomes: RedriveOutcomes;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt: string | undefined;
  readonly ratePerSecond: number | undefined;
  readonly canary: number | undefined;
  readonly haltAt: string | undefined;
  readonly error: string | undefined;
  /** Event keys of those that failed again; the first hundred. */
  readonly failedAgain: readonly string[];
}

/** Partition of the jobs in the table of the dead-letter index. */
const PARTITION = 'JOBS';

const KEPT_SECONDS = 60 * 24 * 60 * 60;
const FAILED_KEPT_MAX = 100;

/** A running job writes at least so often; one that was silent for much longer has lost its process. */
export const HEARTBEAT_MS = 15_000;
const LOST_AFTER_MS = 8 * HEARTBEAT_MS;

/** Jobs that are listed at most, the newest first. */
const LISTED_MAX = 100;

/** Keeps jobs where operators of all processes find them: beside the dead-letter index. */
export class JobStore {
  readonly #dynamodb: DynamoDBClient;
  readonly #tableName: () => Promise<string>;

  constructor(dynamodb: DynamoDBClient, tableName: () => Promise<string>) {
    this.#dynamodb = dynamodb;
    this.#tableName = tableName;
  }

  /** Writes a job as it stands; answers whether somebody wants it cancelled. */
  async write(
    job: RedriveJob,
    { nowMs, failedAgain }: { readonly nowMs: number; readonly failedAgain: readonly string[] },
  ): Promise<{ readonly isCancelWanted: boolean }> {
    const { id, plan, status, outcomes, startedAt, endedAt, ratePerSecond, canary, haltAt, error } = job;
    const record: JobRecord = {
      id,
      kind: 'redrive',
      status,
      consumer: plan.consumer,
      planId: plan.id,
      planned: plan.messages.length,
      outcomes,
      startedAt,
      updatedAt: new Date(nowMs).toISOString(),
      endedAt,
      ratePerSecond,
      canary,
      haltAt,
      error,
      failedAgain: failedAgain.slice(0, FAILED_KEPT_MAX),
    };
    const { Attributes: attributes } = await this.#dynamodb.send(
      new UpdateItemCommand({
        TableName: await this.#tableName(),
        Key: keyOf(id),
        UpdateExpression: 'SET #record = :record, expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#record': 'record' },
        ExpressionAttributeValues: { ':record': { S: JSON.stringify(record) }, ':expiresAt': { N: String(Math.floor(nowMs / 1000) + KEPT_SECONDS) } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return { isCancelWanted: attributes?.['cancelWanted']?.BOOL === true };
  }

  /** Asks whichever process runs the job to cancel it; it looks when it writes next. */
  async wantCancelled(jobId: string): Promise<void> {
    await this.#dynamodb.send(
      new UpdateItemCommand({
        TableName: await this.#tableName(),
        Key: keyOf(jobId),
        UpdateExpression: 'SET cancelWanted = :true',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':true': { BOOL: true } },
      }),
    );
  }

  /** The jobs of the last 60 days, the newest first. */
  async list(nowMs: number): Promise<JobRecord[]> {
    const answer = await this.#dynamodb.send(
      new QueryCommand({
        TableName: await this.#tableName(),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: PARTITION } },
        ScanIndexForward: false,
        Limit: LISTED_MAX,
      }),
    );
    return (answer.Items ?? []).map((item) => recordOf(item, nowMs)).filter((record) => record !== undefined);
  }
}

const keyOf = (jobId: string) => ({ pk: { S: PARTITION }, sk: { S: jobId } });

function recordOf(item: Record<string, AttributeValue>, nowMs: number): JobRecord | undefined {
  const text = item['record']?.S;
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as JobRecord;
  const isLost = record.status === 'running' && nowMs - Date.parse(record.updatedAt) > LOST_AFTER_MS;
  return isLost ? { ...record, status: 'lost' } : record;
}
