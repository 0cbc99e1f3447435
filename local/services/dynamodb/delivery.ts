import type { Kernel } from '../../kernel/kernel.ts';
import { itemSizeBytes } from '../../languages/dynamodb-expression/size.ts';
import { commit } from './request/commit.ts';
import type { DynamoDbState } from './state.ts';
import { isExpired } from './table/expiry.ts';
import type { Table } from './table/table.ts';

/**
 * Sets the timer for what expires next in a table, where it is not set already.
 * Differs from AWS: an expired item is deleted within a minute; AWS takes up to some days.
 */
export function watchExpiry(kernel: Kernel, state: DynamoDbState, table: Table): void {
  const dueMs = table.expiry?.nextDueMs();
  const watched = state.expiryTimers.get(table);
  if (watched?.dueMs === dueMs) return;
  watched?.timer.cancel();
  if (dueMs === undefined) {
    state.expiryTimers.delete(table);
    return;
  }
  const timer = kernel.at(dueMs, `expiry in ${table.record.name}`, () => {
    state.expiryTimers.delete(table);
    deleteExpired(kernel, table);
    watchExpiry(kernel, state, table);
  });
  state.expiryTimers.set(table, { dueMs, timer });
}

/** Deletes the items whose time is past. Their stream records name the service as the one who did it. */
function deleteExpired(kernel: Kernel, table: Table): void {
  const { expiry } = table;
  if (!expiry) return;
  const nowMs = kernel.nowMs();
  for (const key of expiry.due(nowMs)) {
    const old = table.item(key);
    if (!old || !isExpired(old, expiry.attribute, nowMs)) continue;
    const request = {
      operation: 'DeleteItem',
      attributes: old,
      condition: undefined,
      update: undefined,
      isLegacy: false,
      returnsItemOnFailure: false,
    } as const;
    const write = { table, request, key, old, next: undefined, oldBytes: itemSizeBytes(old), nextBytes: 0 };
    commit(kernel, write, { cause: undefined, factor: 1, isExpiry: true });
  }
  expiry.forgetBefore(nowMs);
}
