import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

/** The AWS clients that operations use: the same calls on the embedded plane and on AWS. */
export interface Clients {
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly eventbridge: EventBridgeClient;
  readonly lambda: LambdaClient;
  readonly kinesis: KinesisClient;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
}

/** Where calls go: the settings that all clients share. */
export type ClientSettings = Pick<SQSClientConfig, 'region' | 'endpoint' | 'credentials' | 'requestHandler' | 'profile'>;

/** Makes the clients. Without settings they find Region and credentials as every AWS tool does. */
export function createClients(settings: ClientSettings = {}): Clients {
  return {
    cloudwatch: new CloudWatchClient(settings),
    dynamodb: new DynamoDBClient(settings),
    eventbridge: new EventBridgeClient(settings),
    lambda: new LambdaClient(settings),
    kinesis: new KinesisClient(settings),
    sfn: new SFNClient(settings),
    sqs: new SQSClient(settings),
    ssm: new SSMClient(settings),
    sts: new STSClient(settings),
  };
}
