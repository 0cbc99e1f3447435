/** Tables that the tests' hooks made, by the names that they drew. What they are follows from the recorded requests. */
const definitions = (names: string, type = 'S'): object[] => [...names].map((name) => ({ AttributeName: name, AttributeType: name === 'b' ? type : 'S' }));

const keys = (hash: string, range?: string): object[] => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
];

const ProvisionedThroughput = { ReadCapacityUnits: 10, WriteCapacityUnits: 5 };
const ALL = { ProjectionType: 'ALL' };
const only = (...NonKeyAttributes: string[]): object => ({ ProjectionType: 'INCLUDE', NonKeyAttributes });

interface SharedTable {
  readonly TableName: string;
  readonly [member: string]: unknown;
}

/** `CreateTable` requests of the shared tables. */
export const SHARED_TABLES: readonly SharedTable[] = [
  { TableName: '__dynalite_test_184.640806', AttributeDefinitions: definitions('a'), KeySchema: keys('a'), ProvisionedThroughput },
  {
    TableName: '__dynalite_test_09.9140892',
    AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'N' }],
    KeySchema: keys('a'),
    BillingMode: 'PAY_PER_REQUEST',
  },
  {
    TableName: '__dynalite_test_275.208544',
    AttributeDefinitions: definitions('abcd'),
    KeySchema: keys('a', 'b'),
    ProvisionedThroughput,
    LocalSecondaryIndexes: [
      { IndexName: 'index1', KeySchema: keys('a', 'c'), Projection: ALL },
      { IndexName: 'index2', KeySchema: keys('a', 'd'), Projection: only('c') },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'index3', KeySchema: keys('c'), Projection: ALL, ProvisionedThroughput },
      { IndexName: 'index4', KeySchema: keys('c', 'd'), Projection: only('e'), ProvisionedThroughput },
    ],
  },
  { TableName: '__dynalite_test_065.581216', AttributeDefinitions: definitions('ab', 'N'), KeySchema: keys('a', 'b'), ProvisionedThroughput },
  { TableName: '__dynalite_test_646.285698', AttributeDefinitions: definitions('ab', 'B'), KeySchema: keys('a', 'b'), ProvisionedThroughput },
];
