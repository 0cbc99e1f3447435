import { DeleteItemCommand, UpdateItemCommand, type UpdateItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { COMMIT_RETENTION_SECONDS, type CommitRecord, UNCLAIMED } from '../commit-record.ts';
import { type Ports, required } from '../ports.ts';
import { fromItem, toItem } from '../table.ts';
import type { Key } from '../work.ts';

/** A lease on one event. */
export interface Lease {
  readonly key: Key;
  readonly token: string;
  /** An earlier owner's lease ended, and it did not say whether its effect took place. */
  readonly isUncertain: boolean;
}

/** How a claim ended: the lease, or what stands there instead. */
export type ClaimOutcome = { readonly outcome: 'claimed'; readonly lease: Lease } | { readonly outcome: 'taken'; readonly existing: CommitRecord };

/** Claims an event for `leaseSeconds` in one conditional write. What another holds is taken over only where its lease is over by the clock and its payload is the same. */
export async function claimLease(
  ports: Ports,
  { key, token, payloadHash, leaseSeconds }: { readonly key: Key; readonly token: string; readonly payloadHash: string; readonly leaseSeconds: number },
): Promise<ClaimOutcome> {
  const nowMs = ports.nowMs();
  const nowSeconds = Math.floor(nowMs / 1000);
  const command = new UpdateItemCommand({
    TableName: required(ports.environment, 'TABLE_NAME'),
    Key: toItem({ ...key }),
    UpdateExpression:
      'SET entity = :lease, #status = :inProgress, #token = :token, leaseUntilMs = :until, payloadHash = :hash, expiresAt = :expiresAt, attempts = if_not_exists(attempts, :zero) + :one',
    ConditionExpression: `${UNCLAIMED} OR (#status = :inProgress AND leaseUntilMs < :nowMs AND payloadHash = :hash)`,
    ExpressionAttributeNames: { '#status': 'status', '#token': 'token' },
    ExpressionAttributeValues: toItem({
      ':lease': 'LEASE',
      ':inProgress': 'INPROGRESS',
      ':token': token,
      ':until': nowMs + leaseSeconds * 1000,
      ':hash': payloadHash,
      ':expiresAt': nowSeconds + COMMIT_RETENTION_SECONDS,
      ':zero': 0,
      ':one': 1,
      ':nowMs': nowMs,
      ':nowSeconds': nowSeconds,
    }),
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    const { Attributes: old } = (await ports.dynamodb.send(command)) as UpdateItemCommandOutput;
    const before = old && (fromItem(old) as unknown as CommitRecord);
    const isUncertain = before !== undefined && before.status === 'INPROGRESS' && before.expiresAt >= nowSeconds;
    return { outcome: 'claimed', lease: { key, token, isUncertain } };
  } catch (error) {
    const existing = existingOf(error);
    if (!existing) throw error;
    // The client sends again what got no answer: a lease with this token is this very claim.
    if (existing.token === token) return { outcome: 'claimed', lease: { key, token, isUncertain: (existing.attempts ?? 1) > 1 } };
    return { outcome: 'taken', existing };
  }
}

/** Gives a lease back after an attempt that certainly had no effect: nothing remains. A lease that another has taken over is left alone. */
export async function releaseLease(ports: Ports, { key, token }: Lease): Promise<void> {
  const command = new DeleteItemCommand({ TableName: required(ports.environment, 'TABLE_NAME'), Key: toItem({ ...key }), ...ownerCondition(token) });
  await ignoringLostLease(ports.dynamodb.send(command));
}

/** Ends a lease now, after an attempt that may have had its effect: the next claim finds the record, and the declared policy decides. */
export async function endLease(ports: Ports, { key, token }: Lease): Promise<void> {
  const { ExpressionAttributeValues, ...condition } = ownerCondition(token);
  const command = new UpdateItemCommand({
    TableName: required(ports.environment, 'TABLE_NAME'),
    Key: toItem({ ...key }),
    UpdateExpression: 'SET leaseUntilMs = :ended',
    ...condition,
    ExpressionAttributeValues: { ...ExpressionAttributeValues, ...toItem({ ':ended': 0 }) },
  });
  await ignoringLostLease(ports.dynamodb.send(command));
}

function ownerCondition(token: string): {
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, never>;
} {
  return {
    ConditionExpression: '#status = :inProgress AND #token = :token',
    ExpressionAttributeNames: { '#status': 'status', '#token': 'token' },
    ExpressionAttributeValues: toItem({ ':inProgress': 'INPROGRESS', ':token': token }),
  };
}

function existingOf(error: unknown): CommitRecord | undefined {
  if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') return undefined;
  const { Item } = error as { Item?: Parameters<typeof fromItem>[0] };
  return Item && (fromItem(Item) as unknown as CommitRecord);
}

async function ignoringLostLease(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
  }
}
