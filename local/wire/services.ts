import type { Constraints } from './validation/constraints.ts';
import type { UnmodelledMembers } from './validation/values.ts';

/** The protocols that the wire speaks. One service can be spoken to in several. */
export type ProtocolName = 'awsJson1.0' | 'awsJson1.1' | 'awsQuery' | 'restJson1' | 'restXml' | 'rpcV2Cbor';

/** How a service's requests are told from others', and where its shapes come from. One more service is one more row. */
export interface ServiceRow {
  /** The SDK package's name without `client-`; the kernel knows the service by it. */
  readonly name: string;
  /** The client's protocol. */
  readonly protocol: ProtocolName;
  /** The service in the signature's scope. */
  readonly signingName: string;
  /** `X-Amz-Target` is `<prefix>.<operation>` (awsJson); the path is `/service/<prefix>/operation/<operation>` (rpcV2Cbor). */
  readonly targetPrefix?: string;
  /** `Version` of a form (awsQuery). */
  readonly queryVersion?: string;
  readonly xmlNamespace?: string;
  /** Paths of a REST service, for requests without a signature. */
  readonly path?: RegExp;
  /** Errors of forms have an empty `Detail`, but for those of these operations. */
  readonly withoutErrorDetail?: readonly string[];
  /** A JSON service that answers errors with their query codes too. */
  readonly isQueryCompatible?: true;
  /** Namespace of `__type` where it is not the schema's. */
  readonly errorNamespace?: string;
  /** Members that errors call longs. */
  readonly longMembers?: readonly string[];
  /** How a denied call is spelled. @default `AccessDeniedException` with 400 (403 where the protocol is query or REST) */
  readonly accessDenied?: { readonly code: string; readonly status: number };
  /** The code of a request that does not satisfy the model. @default `ValidationException`, in queries `ValidationError` */
  readonly validationCode?: string;
  /** `presence`: the service itself words all but missing members. `json`: values in messages are JSON, not Java's `toString`. */
  readonly validation?: 'presence' | 'json';
  /** Members that AWS's own model has beyond the public one: refused values show them, empty. Recorded from the service. */
  readonly unmodelledMembers?: UnmodelledMembers;
  /** A missing member of the input itself is an `InvalidParameter` with its reason; deeper down it is a failure as of any service. Recorded from SNS. */
  readonly hasMissingReason?: true;
  /** Members of which a request has to have one; where it has none, the first is missed. */
  readonly namedBy?: readonly [string, ...string[]];
  /** Inputs that cannot be read are refused in the words of an older reader. */
  readonly hasCoralWording?: true;
  /** Answers carry `x-amz-crc32`, which some clients check. */
  readonly hasChecksum?: true;
  /** The SDK client module; loaded at the service's first request. */
  load(): Promise<object>;
  constraints(): Promise<{ readonly default: Constraints }>;
}

/** Every service that the wire can speak. */
export const SERVICE_ROWS: readonly ServiceRow[] = [
  {
    name: 'sqs',
    protocol: 'awsJson1.0',
    signingName: 'sqs',
    targetPrefix: 'AmazonSQS',
    queryVersion: '2012-11-05',
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    withoutErrorDetail: ['DeleteMessageBatch', 'ChangeMessageVisibilityBatch'],
    isQueryCompatible: true,
    accessDenied: { code: 'AccessDeniedException', status: 403 },
    validationCode: 'MissingRequiredParameterException',
    validation: 'presence',
    load: () => import('@aws-sdk/client-sqs'),
    constraints: () => import('./constraints/sqs.json', { with: { type: 'json' } }),
  },
  {
    name: 'sns',
    protocol: 'awsQuery',
    signingName: 'sns',
    queryVersion: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    accessDenied: { code: 'AuthorizationErrorException', status: 403 },
    hasMissingReason: true,
    load: () => import('@aws-sdk/client-sns'),
    constraints: () => import('./constraints/sns.json', { with: { type: 'json' } }),
  },
  {
    name: 'eventbridge',
    protocol: 'awsJson1.1',
    signingName: 'events',
    targetPrefix: 'AWSEvents',
    unmodelledMembers: { PutEventsRequestEntry: ['kmsKeyIdentifier', 'internalMetadata'] },
    load: () => import('@aws-sdk/client-eventbridge'),
    constraints: () => import('./constraints/eventbridge.json', { with: { type: 'json' } }),
  },
  {
    name: 'dynamodb',
    protocol: 'awsJson1.0',
    signingName: 'dynamodb',
    targetPrefix: 'DynamoDB_20120810',
    longMembers: ['ReadCapacityUnits', 'WriteCapacityUnits'],
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    validation: 'json',
    hasChecksum: true,
    load: () => import('@aws-sdk/client-dynamodb'),
    constraints: () => import('./constraints/dynamodb.json', { with: { type: 'json' } }),
  },
  {
    name: 'dynamodb-streams',
    protocol: 'awsJson1.0',
    signingName: 'dynamodb',
    targetPrefix: 'DynamoDBStreams_20120810',
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    validation: 'json',
    hasChecksum: true,
    load: () => import('@aws-sdk/client-dynamodb-streams'),
    constraints: () => import('./constraints/dynamodb-streams.json', { with: { type: 'json' } }),
  },
  {
    name: 'lambda',
    protocol: 'restJson1',
    signingName: 'lambda',
    path: /^\/20\d\d-\d\d-\d\d\//,
    load: () => import('@aws-sdk/client-lambda'),
    constraints: () => import('./constraints/lambda.json', { with: { type: 'json' } }),
  },
  {
    name: 'cloudwatch',
    protocol: 'awsJson1.0',
    signingName: 'monitoring',
    targetPrefix: 'GraniteServiceVersion20100801',
    queryVersion: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    isQueryCompatible: true,
    errorNamespace: 'com.amazonaws.cloudwatch.v2010_08_01',
    accessDenied: { code: 'AccessDeniedException', status: 403 },
    load: () => import('@aws-sdk/client-cloudwatch'),
    constraints: () => import('./constraints/cloudwatch.json', { with: { type: 'json' } }),
  },
  {
    name: 'cloudwatch-logs',
    protocol: 'awsJson1.1',
    signingName: 'logs',
    targetPrefix: 'Logs_20140328',
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
    constraints: () => import('./constraints/cloudwatch-logs.json', { with: { type: 'json' } }),
  },
  {
    name: 'sts',
    protocol: 'awsQuery',
    signingName: 'sts',
    queryVersion: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    load: () => import('@aws-sdk/client-sts'),
    constraints: () => import('./constraints/sts.json', { with: { type: 'json' } }),
  },
  {
    name: 'iam',
    protocol: 'awsQuery',
    signingName: 'iam',
    queryVersion: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    load: () => import('@aws-sdk/client-iam'),
    constraints: () => import('./constraints/iam.json', { with: { type: 'json' } }),
  },
  {
    name: 'ssm',
    protocol: 'awsJson1.1',
    signingName: 'ssm',
    targetPrefix: 'AmazonSSM',
    load: () => import('@aws-sdk/client-ssm'),
    constraints: () => import('./constraints/ssm.json', { with: { type: 'json' } }),
  },
  {
    name: 'sesv2',
    protocol: 'restJson1',
    signingName: 'ses',
    path: /^\/v2\/email\//,
    validationCode: 'BadRequestException',
    load: () => import('@aws-sdk/client-sesv2'),
    constraints: () => import('./constraints/sesv2.json', { with: { type: 'json' } }),
  },
  {
    name: 'apigatewayv2',
    protocol: 'restJson1',
    signingName: 'apigateway',
    path: /^\/v2\/apis(\/|$|\?)/,
    validationCode: 'BadRequestException',
    load: () => import('@aws-sdk/client-apigatewayv2'),
    constraints: () => import('./constraints/apigatewayv2.json', { with: { type: 'json' } }),
  },
  {
    name: 'kinesis',
    protocol: 'awsJson1.1',
    signingName: 'kinesis',
    targetPrefix: 'Kinesis_20131202',
    hasCoralWording: true,
    namedBy: ['StreamName', 'StreamARN'],
    load: () => import('@aws-sdk/client-kinesis'),
    constraints: () => import('./constraints/kinesis.json', { with: { type: 'json' } }),
  },
  {
    name: 'sfn',
    protocol: 'awsJson1.0',
    signingName: 'states',
    targetPrefix: 'AWSStepFunctions',
    load: () => import('@aws-sdk/client-sfn'),
    constraints: () => import('./constraints/sfn.json', { with: { type: 'json' } }),
  },
  {
    name: 'scheduler',
    protocol: 'restJson1',
    signingName: 'scheduler',
    path: /^\/(schedules|schedule-groups)(\/|$|\?)/,
    load: () => import('@aws-sdk/client-scheduler'),
    constraints: () => import('./constraints/scheduler.json', { with: { type: 'json' } }),
  },
  {
    name: 'pipes',
    protocol: 'restJson1',
    signingName: 'pipes',
    path: /^\/v1\/pipes(\/|$|\?)/,
    load: () => import('@aws-sdk/client-pipes'),
    constraints: () => import('./constraints/pipes.json', { with: { type: 'json' } }),
  },
  {
    name: 'schemas',
    protocol: 'restJson1',
    signingName: 'schemas',
    path: /^\/v1\/(registries|discoverers|discover|policy)(\/|$|\?)/,
    validationCode: 'BadRequestException',
    load: () => import('@aws-sdk/client-schemas'),
    constraints: () => import('./constraints/schemas.json', { with: { type: 'json' } }),
  },
  {
    name: 'cloudformation',
    protocol: 'awsQuery',
    signingName: 'cloudformation',
    queryVersion: '2010-05-15',
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    load: () => import('@aws-sdk/client-cloudformation'),
    constraints: () => import('./constraints/cloudformation.json', { with: { type: 'json' } }),
  },
  {
    name: 's3',
    protocol: 'restXml',
    signingName: 's3',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    accessDenied: { code: 'AccessDenied', status: 403 },
    validationCode: 'InvalidRequest',
    validation: 'presence',
    load: () => import('@aws-sdk/client-s3'),
    constraints: () => import('./constraints/s3.json', { with: { type: 'json' } }),
  },
];
