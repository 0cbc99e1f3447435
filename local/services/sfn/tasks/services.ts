/** A service that tasks call. */
export interface TaskService {
  /** The emulated service's name. */
  readonly service: string;
  /** As errors of its SDK integration begin: `DynamoDb.ConditionalCheckFailedException`. */
  readonly sdkName: string;
  /** Members begin with a small letter in its API; in tasks all members begin with a capital. */
  readonly isCamelCase: boolean;
  /** Members that may be JSON where the service takes text. */
  readonly textMembers: readonly string[];
}

const TEXT_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  eventbridge: ['Detail'],
  lambda: ['Payload'],
  sfn: ['Input', 'Output', 'Definition'],
  sns: ['Message'],
  sqs: ['MessageBody'],
};

const row = (service: string, sdkName: string, isCamelCase = false): TaskService => ({
  service,
  sdkName,
  isCamelCase,
  textMembers: TEXT_MEMBERS[service] ?? [],
});

/** Services by their names in `aws-sdk` resources. @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html */
const SDK_SERVICES: Readonly<Record<string, TaskService>> = {
  apigatewayv2: row('apigatewayv2', 'ApiGatewayV2'),
  cloudformation: row('cloudformation', 'CloudFormation'),
  cloudwatch: row('cloudwatch', 'CloudWatch'),
  cloudwatchlogs: row('cloudwatch-logs', 'CloudWatchLogs', true),
  dynamodb: row('dynamodb', 'DynamoDb'),
  dynamodbstreams: row('dynamodb-streams', 'DynamoDbStreams'),
  eventbridge: row('eventbridge', 'EventBridge'),
  iam: row('iam', 'Iam'),
  kinesis: row('kinesis', 'Kinesis'),
  lambda: row('lambda', 'Lambda'),
  pipes: row('pipes', 'Pipes'),
  s3: row('s3', 'S3'),
  scheduler: row('scheduler', 'Scheduler'),
  schemas: row('schemas', 'Schemas'),
  sesv2: row('sesv2', 'SesV2'),
  sfn: row('sfn', 'Sfn', true),
  sns: row('sns', 'Sns'),
  sqs: row('sqs', 'Sqs'),
  ssm: row('ssm', 'Ssm'),
  sts: row('sts', 'Sts'),
};

/** An integration of Step Functions' own. */
export interface Optimized extends TaskService {
  readonly operation: string;
  /** As its errors begin: `DynamoDB.ConditionalCheckFailedException`. */
  readonly errorPrefix: string;
  /** The error of a code that the service's model does not have. */
  readonly baseError: string;
  /** As causes name the service: `AmazonDynamoDBv2`. */
  readonly causeName: string;
  readonly patterns: readonly ('request-response' | 'sync' | 'sync:2' | 'callback')[];
}

const dynamodb = (operation: string): Optimized => ({
  ...row('dynamodb', 'DynamoDb'),
  operation,
  errorPrefix: 'DynamoDB',
  baseError: 'AmazonDynamoDBException',
  causeName: 'AmazonDynamoDBv2',
  patterns: ['request-response'],
});

/** Integrations by resource. @see https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html */
const OPTIMIZED: Readonly<Record<string, Optimized>> = {
  'dynamodb:getItem': dynamodb('GetItem'),
  'dynamodb:putItem': dynamodb('PutItem'),
  'dynamodb:updateItem': dynamodb('UpdateItem'),
  'dynamodb:deleteItem': dynamodb('DeleteItem'),
  'lambda:invoke': {
    ...row('lambda', 'Lambda'),
    operation: 'Invoke',
    errorPrefix: 'Lambda',
    baseError: 'AWSLambdaException',
    causeName: 'AWSLambda',
    patterns: ['request-response', 'callback'],
  },
  'sqs:sendMessage': {
    ...row('sqs', 'Sqs'),
    operation: 'SendMessage',
    errorPrefix: 'SQS',
    baseError: 'AmazonSQSException',
    causeName: 'AmazonSQS',
    patterns: ['request-response', 'callback'],
  },
  'sns:publish': {
    ...row('sns', 'Sns'),
    operation: 'Publish',
    errorPrefix: 'SNS',
    baseError: 'AmazonSNSException',
    causeName: 'AmazonSNS',
    patterns: ['request-response', 'callback'],
  },
  'events:putEvents': {
    ...row('eventbridge', 'EventBridge'),
    operation: 'PutEvents',
    errorPrefix: 'EventBridge',
    baseError: 'AmazonEventBridgeException',
    causeName: 'AmazonEventBridge',
    patterns: ['request-response', 'callback'],
  },
  'states:startExecution': {
    ...row('sfn', 'Sfn', true),
    operation: 'StartExecution',
    errorPrefix: 'StepFunctions',
    baseError: 'AWSStepFunctionsException',
    causeName: 'AWSStepFunctions',
    patterns: ['request-response', 'sync', 'sync:2', 'callback'],
  },
};

/** The service of an `aws-sdk` resource, where it is emulated. */
export const sdkService = (name: string): TaskService | undefined => (Object.hasOwn(SDK_SERVICES, name) ? SDK_SERVICES[name] : undefined);

/** The integration of a resource, where it is emulated. */
export function optimizedIntegration(name: string, action: string): Optimized | undefined {
  const key = `${name}:${action}`;
  return Object.hasOwn(OPTIMIZED, key) ? OPTIMIZED[key] : undefined;
}
