import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { Lambda } from '@aws-sdk/client-lambda';
import { SFN } from '@aws-sdk/client-sfn';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';

/** The clients of one emulator. */
export interface Clients {
  readonly dynamodb: DynamoDB;
  readonly eventbridge: EventBridge;
  readonly iam: IAM;
  readonly lambda: Lambda;
  readonly sfn: SFN;
  readonly sns: SNS;
  readonly sqs: SQS;
}

/** What sends the clients' requests, where it is not the SDK's own. */
export interface Handler {
  handle(request: object): Promise<never>;
}

/** SDK clients as one makes them for an emulator: an endpoint and any key. No call is tried again: an answer that is no success must show. */
export function clientsOf(endpoint: string, handler?: Handler): Clients {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  // The SDK's type of a handler names what it answers; one that answers nothing is none the less one.
  const settings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1, ...(handler && { requestHandler: handler as never }) };
  return {
    dynamodb: new DynamoDB(settings),
    eventbridge: new EventBridge(settings),
    iam: new IAM(settings),
    lambda: new Lambda(settings),
    sfn: new SFN(settings),
    sns: new SNS(settings),
    sqs: new SQS(settings),
  };
}

/** Closes the clients' connections. */
export function destroy(clients: Clients): void {
  for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
}
