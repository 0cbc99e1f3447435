import type { DynamoDBStreams } from '@aws-sdk/client-dynamodb-streams';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { getRecords, getShardIterator } from './operations/records.ts';
import { describeStream, listStreams } from './operations/streams.ts';
import { createState, type StreamsState } from './state.ts';

const operations: Partial<OperationsOf<DynamoDBStreams, StreamsState>> = {
  DescribeStream: describeStream,
  GetRecords: getRecords,
  GetShardIterator: getShardIterator,
  ListStreams: listStreams,
};

/**
 * DynamoDB Streams: reads what the service `dynamodb` writes. Whoever waits for records of a stream listens to the kernel's topic named by the
 * stream's ARN. Its ARNs are those of `dynamodb`, which owns them; the name here keeps the two apart.
 */
export const dynamodbStreams: Service<StreamsState> = {
  name: 'dynamodb-streams',
  arnService: 'dynamodb-streams',
  createState,
  operations,
  access(operation, input, { kernel, state }) {
    if (operation === 'ListStreams')
      return [{ action: 'dynamodb:ListStreams', resource: input.TableName ? kernel.arn('dynamodb', `table/${input.TableName}/stream/*`) : '*' }];
    const arn: string = input.StreamArn ?? input.ShardIterator?.split('|')[0] ?? '*';
    return [{ action: `dynamodb:${operation}`, resource: arn, resourcePolicy: state.streams.get(arn)?.policy }];
  },
};
