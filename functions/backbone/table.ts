import { GetItemCommand, type GetItemCommandOutput, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { InvalidCursorError } from './errors.ts';
import { type Ports, required } from './ports.ts';
import type { Attributes, Key, Page, QueryInput, Reader } from './work.ts';

const QUERY_LIMIT = 100;

/** Plain values to attribute values. Members that are `undefined` are left out. */
export function toItem(value: object): Record<string, never> {
  return marshall(value, { removeUndefinedValues: true }) as Record<string, never>;
}

/** Attribute values to plain values. */
export function fromItem<T extends object = Attributes>(item: Parameters<typeof unmarshall>[0]): T {
  return unmarshall(item) as T;
}

/** Reads the service's own table. */
export function tableReader(ports: Pick<Ports, 'dynamodb' | 'environment'>): Reader {
  const get = async <T extends object = Attributes>({ pk, sk }: Key): Promise<T | undefined> => {
    const command = new GetItemCommand({ TableName: required(ports.environment, 'TABLE_NAME'), Key: toItem({ pk, sk }), ConsistentRead: true });
    const { Item } = (await ports.dynamodb.send(command)) as GetItemCommandOutput;
    return Item && fromItem<T>(Item);
  };
  const query = async <T extends object = Attributes>({ pk, skPrefix, skAtMost, index, limit, newestFirst, cursor }: QueryInput): Promise<Page<T>> => {
    const names = index ? { '#pk': 'ownerKey', '#sk': 'ownerSort' } : { '#pk': 'pk', '#sk': 'sk' };
    const command = new QueryCommand({
      TableName: required(ports.environment, 'TABLE_NAME'),
      IndexName: index,
      KeyConditionExpression:
        skPrefix === undefined ? '#pk = :pk' : `#pk = :pk AND ${skAtMost === undefined ? 'begins_with(#sk, :sk)' : '#sk BETWEEN :sk AND :most'}`,
      ExpressionAttributeNames: skPrefix === undefined ? { '#pk': names['#pk'] } : names,
      ExpressionAttributeValues: toItem({ ':pk': pk, ':sk': skPrefix, ':most': skPrefix === undefined ? undefined : skAtMost }),
      Limit: limit ?? QUERY_LIMIT,
      ScanIndexForward: !newestFirst,
      ConsistentRead: index === undefined,
      ExclusiveStartKey: cursor === undefined ? undefined : toItem(keyOfCursor(cursor)),
    });
    const { Items, LastEvaluatedKey } = (await ports.dynamodb.send(command)) as QueryCommandOutput;
    return {
      items: (Items ?? []).map((item) => fromItem<T>(item)),
      cursor: LastEvaluatedKey && Buffer.from(JSON.stringify(fromItem(LastEvaluatedKey))).toString('base64url'),
    };
  };
  return { get, query };
}

function keyOfCursor(cursor: string): object {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof key === 'object' && key !== null) return key;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidCursorError('The cursor is not one that a page ended with');
}
