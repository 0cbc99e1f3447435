import type {
  DescribeContinuousBackupsCommandInput,
  DescribeContinuousBackupsCommandOutput,
  DescribeEndpointsCommandOutput,
  DescribeLimitsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { tableOfBackupsNotFound } from '../errors.ts';
import { checkTableName } from '../rules.ts';
import { type DynamoDbState, tableNameOf } from '../state.ts';

type DynamoDb = Context<DynamoDbState>;

/** Default quotas. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
export function describeLimits(): Omit<DescribeLimitsCommandOutput, '$metadata'> {
  return {
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  };
}

/** How long a client may keep an endpoint. */
const CACHE_PERIOD_MINUTES = 1440;

export function describeEndpoints(_input: object, { kernel }: DynamoDb): Omit<DescribeEndpointsCommandOutput, '$metadata'> {
  return { Endpoints: [{ Address: `dynamodb.${kernel.region}.amazonaws.com`, CachePeriodInMinutes: CACHE_PERIOD_MINUTES }] };
}

/** Says that there are no continuous backups to restore from, whatever the template asks for. */
export function describeContinuousBackups(
  input: DescribeContinuousBackupsCommandInput,
  { state }: DynamoDb,
): Omit<DescribeContinuousBackupsCommandOutput, '$metadata'> {
  const name = tableNameOf(checkTableName(input.TableName));
  if (!state.tables.has(name)) throw tableOfBackupsNotFound(name);
  return {
    ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' } },
  };
}
