import type {
  DescribeTimeToLiveCommandInput,
  DescribeTimeToLiveCommandOutput,
  UpdateTimeToLiveCommandInput,
  UpdateTimeToLiveCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Context } from '../../../kernel/service.ts';
import { watchExpiry } from '../delivery.ts';
import { validation } from '../errors.ts';
import { changeTable, type DynamoDbState } from '../state.ts';
import type { Table } from '../table/table.ts';
import { namedTable } from './tables.ts';

type DynamoDb = Context<DynamoDbState>;

/** Names the attribute that holds an item's time of expiry. Differs from AWS: it takes effect at once, where AWS takes up to an hour. */
export function updateTimeToLive(input: UpdateTimeToLiveCommandInput, { kernel, state }: DynamoDb): Omit<UpdateTimeToLiveCommandOutput, '$metadata'> {
  const table = namedTable(state, input.TableName);
  const { Enabled: isEnabled, AttributeName: attribute = '' } = input.TimeToLiveSpecification ?? {};
  const present = table.record.expiryAttribute;
  if (isEnabled === true && present !== undefined) throw validation('TimeToLive is already enabled');
  if (isEnabled !== true && present === undefined) throw validation('TimeToLive is already disabled');
  if (isEnabled !== true && present !== attribute) {
    throw validation(`TimeToLive is active on a different AttributeName: current AttributeName is ${present}`);
  }
  setExpiryAttribute(kernel, state, table, isEnabled === true ? attribute : undefined);
  return { TimeToLiveSpecification: { Enabled: isEnabled === true, AttributeName: attribute } };
}

/** Turns expiry on, by that attribute, or off. */
export function setExpiryAttribute(kernel: Kernel, state: DynamoDbState, table: Table, attribute: string | undefined): void {
  changeTable(state, table, { expiryAttribute: attribute });
  watchExpiry(kernel, state, table);
}

export function describeTimeToLive(input: DescribeTimeToLiveCommandInput, { state }: DynamoDb): Omit<DescribeTimeToLiveCommandOutput, '$metadata'> {
  const { expiryAttribute } = namedTable(state, input.TableName).record;
  if (expiryAttribute === undefined) return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
  return { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: expiryAttribute } };
}
