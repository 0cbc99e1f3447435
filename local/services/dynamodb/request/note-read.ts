import type { Kernel } from '../../../kernel/kernel.ts';
import { type Consumption, meterConsumption, totalUnits } from '../table/capacity.ts';
import type { Table } from '../table/table.ts';

/** Says in journal and metrics what was read from one table. */
export function noteRead(
  kernel: Kernel,
  read: { readonly table: Table; readonly operation: string; readonly count: number; readonly consumption: Consumption; readonly cause: number | undefined },
): void {
  const { table, operation, count, consumption, cause } = read;
  const detail = { operation, count, readUnits: totalUnits(consumption) };
  kernel.journal.append({ service: 'dynamodb', kind: 'items-read', arn: table.record.arn, cause, detail });
  meterConsumption(kernel, 'Read', consumption);
}
