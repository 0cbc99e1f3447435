import { Fault } from '../../kernel/errors.ts';
import type { Attributes } from '../../languages/dynamodb-expression/attribute-value.ts';

/** A fault of the request's form or content; the messages are AWS's. */
export const validation = (message: string): Fault => new Fault('ValidationException', message, { status: 400 });

/** What most checks of values say first. */
export const invalidParameter = (message: string): Fault => validation(`One or more parameter values were invalid: ${message}`);

/** A table that does not exist, as the operations on items name it. */
export const resourceNotFound = (): Fault => new Fault('ResourceNotFoundException', 'Requested resource not found');

/** A table that does not exist, as the operations on tables name it. */
export const tableNotFound = (name: string): Fault => new Fault('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);

export const resourceArnNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `Requested resource not found: ResourcArn: ${arn} not found`);

export const tableExists = (name: string): Fault => new Fault('ResourceInUseException', `Table already exists: ${name}`);

export const tableIsBeingCreated = (name: string): Fault =>
  new Fault('ResourceInUseException', `Attempt to change a resource which is still in use: Table is being created: ${name}`);

/** `item` is given where the request asks for it with `ReturnValuesOnConditionCheckFailure`. */
export const conditionalCheckFailed = (item: Attributes | undefined): Fault =>
  new Fault('ConditionalCheckFailedException', 'The conditional request failed', item ? { members: { Item: item } } : {});

/** Why one action of a transaction did not take place. `None` where it would have. */
export interface CancellationReason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly Message?: string;
  readonly Item?: Attributes;
}

export const transactionCanceled = (reasons: readonly CancellationReason[]): Fault =>
  new Fault(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map((reason) => reason.Code).join(', ')}]`,
    { members: { CancellationReasons: reasons } },
  );

export const idempotentParameterMismatch = (): Fault =>
  new Fault(
    'IdempotentParameterMismatchException',
    'DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.',
  );

export const policyNotFound = (arn: string): Fault =>
  new Fault('PolicyNotFoundException', `Resource-based policy not found for the provided ResourceArn: ${arn}`);

/** What the operations on backups call a table that is not there. */
export const tableOfBackupsNotFound = (name: string): Fault => new Fault('TableNotFoundException', `Table not found: ${name}`);

export const notPermitted = (principal: string, operation: string, resource: string): Fault =>
  new Fault('AccessDeniedException', `User: ${principal} is not authorized to perform: dynamodb:${operation} on resource: ${resource}`, { status: 400 });
