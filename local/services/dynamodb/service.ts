import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { watchExpiry } from './delivery.ts';
import { describeContinuousBackups, describeEndpoints, describeLimits } from './operations/account.ts';
import { batchGetItem } from './operations/batch-get-item.ts';
import { batchWriteItem } from './operations/batch-write-item.ts';
import { getItem } from './operations/get-item.ts';
import { query } from './operations/query.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './operations/resource-policy.ts';
import { scan } from './operations/scan.ts';
import { createTable, deleteTable, describeTable, listTables } from './operations/tables.ts';
import { listTagsOfResource, tagResource, untagResource } from './operations/tags.ts';
import { describeTimeToLive, updateTimeToLive } from './operations/time-to-live.ts';
import { transactGetItems } from './operations/transact-get-items.ts';
import { transactWriteItems } from './operations/transact-write-items.ts';
import { updateTable } from './operations/update-table.ts';
import { deleteItem, putItem, updateItem } from './operations/write-item.ts';
import { globalTableResource, tableResource } from './resources.ts';
import { createState, type DynamoDbState } from './state.ts';

const operations: Partial<OperationsOf<DynamoDB, DynamoDbState>> = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteTable: deleteTable,
  DescribeContinuousBackups: describeContinuousBackups,
  DescribeEndpoints: describeEndpoints,
  DescribeLimits: describeLimits,
  DescribeTable: describeTable,
  DescribeTimeToLive: describeTimeToLive,
  GetItem: getItem,
  GetResourcePolicy: getResourcePolicy,
  ListTables: listTables,
  ListTagsOfResource: listTagsOfResource,
  PutItem: putItem,
  PutResourcePolicy: putResourcePolicy,
  Query: query,
  Scan: scan,
  TagResource: tagResource,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UntagResource: untagResource,
  UpdateItem: updateItem,
  UpdateTable: updateTable,
  UpdateTimeToLive: updateTimeToLive,
};

/** DynamoDB: tables, items, indexes, transactions, expiry. Streams are written here and read by the service `dynamodb-streams`. */
export const dynamodb: Service<DynamoDbState> = {
  name: 'dynamodb',
  arnService: 'dynamodb',
  createState(kernel) {
    const state = createState(kernel);
    for (const table of state.tables.values()) watchExpiry(kernel, state, table);
    return state;
  },
  operations,
  access: accessOf,
  resourceTypes: { 'AWS::DynamoDB::Table': tableResource, 'AWS::DynamoDB::GlobalTable': globalTableResource },
};
