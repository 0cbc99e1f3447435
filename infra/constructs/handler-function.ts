import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { findBundle } from './bundles.ts';
import { physicalName } from './naming.ts';
import type { ServiceTable } from './service-table.ts';

/** Enough of a hash to tell versions apart in a log line. */
const CODE_VERSION_LENGTH = 12;

/** What differs from function to function. */
export interface FunctionProps {
  /** Path of the handler from the root of the repository: `functions/<context>/<name>.handler.ts`. */
  readonly handler: string;
  /** Name, without the system's. @default `<context>-<name>` of the handler */
  readonly name?: string;
  /** Bounded context that the function works for, which its logs and metrics are filed under. @default the handler's folder */
  readonly context?: string;
  /** How long one invocation may take. @default 10 seconds */
  readonly timeout?: Duration;
  /** Memory, which also sets the share of a processor. @default 512 MiB: a handler waits more than it computes, and less makes a cold start slow */
  readonly memorySize?: Size;
  /** Further variables. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Invocations at the same time, at most and set aside. @default what the account has left */
  readonly reservedConcurrentExecutions?: number;
}

/**
 * A Lambda function that may do nothing but write its own log: everything else is granted by name.
 * Its role has one inline policy instead of `AWSLambdaBasicExecutionRole`, which may write every log of the account.
 */
export class HandlerFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly functionName: string;
  /** Bounded context that the function works for. */
  readonly context: string;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const bundle = findBundle(this, props.handler);
    this.functionName = physicalName(this, { kind: 'function', name: props.name ?? `${bundle.context}-${bundle.name}` });
    this.context = props.context ?? bundle.context;
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${this.functionName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: this.functionName,
      description: props.handler,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      // The folder holds one file, whose hash is known: the CDK need not read it again.
      code: Code.fromAsset(bundle.folder, { assetHash: bundle.hash }),
      timeout: props.timeout ?? Duration.seconds(10),
      memorySize: (props.memorySize ?? Size.mebibytes(512)).toMebibytes(),
      role: this.#role,
      logGroup,
      environment: {
        POWERTOOLS_SERVICE_NAME: this.context,
        POWERTOOLS_METRICS_NAMESPACE: 'Tickertape',
        CODE_VERSION: bundle.hash.slice(0, CODE_VERSION_LENGTH),
        ...props.environment,
      },
      ...(props.reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions: props.reservedConcurrentExecutions }),
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
  }

  /** Allows actions on resources that are named in full. */
  allow(actions: readonly string[], ...resources: readonly string[]): void {
    this.#role.addToPrincipalPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] }));
  }

  /** ARN of the role, for a resource policy that allows this function something. */
  get roleArn(): string {
    return this.#role.roleArn;
  }

  /** Lets the function read and write items of its service's table, which is then `TABLE_NAME`. */
  writesTo(table: ServiceTable): void {
    this.readsFrom(table);
    // A transaction needs the permission of each of its writes; there is none for TransactWriteItems itself.
    this.allow(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'], table.tableArn);
  }

  /** Lets the function read its service's table, which is then `TABLE_NAME`. */
  readsFrom(table: ServiceTable): void {
    this.lambda.addEnvironment('TABLE_NAME', table.tableName);
    this.allow(['dynamodb:GetItem', 'dynamodb:Query'], table.tableArn);
    this.allow(['dynamodb:Query'], table.byOwnerArn);
  }
}
