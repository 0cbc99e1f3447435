import { Fault } from '../../kernel/errors.ts';

const user = { members: { Type: 'User' } };

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#API_GetFunction_Errors */
export const functionNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `Function not found: ${arn}`, user);

export const functionExists = (name: string): Fault => new Fault('ResourceConflictException', `Function already exist: ${name}`, user);

export const mappingNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The resource you requested does not exist.', user);

export const mappingExists = (arn: string, functionName: string, uuid: string): Fault =>
  new Fault(
    'ResourceConflictException',
    `An event source mapping with event source arn (" ${arn} ") and function (" ${functionName} ") already exists. Please update or delete the existing mapping with UUID ${uuid}`,
    user,
  );

export const invalidParameter = (message: string): Fault => new Fault('InvalidParameterValueException', message, user);

export const validationException = (message: string): Fault => new Fault('ValidationException', message, { status: 400 });

export const invalidRequestContent = (reason: string): Fault =>
  new Fault('InvalidRequestContentException', `Could not parse request body into json: Could not parse payload into json: ${reason}`, user);

export const requestTooLarge = (bytes: number, limit: number): Fault =>
  new Fault('RequestTooLargeException', `Request must be smaller than ${limit} bytes for the InvokeFunction operation; it has ${bytes}`, user);

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export const tooManyRequests = (reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded'): Fault =>
  new Fault('TooManyRequestsException', 'Rate Exceeded.', { members: { Reason: reason, Type: 'User' } });

export const statementExists = (id: string): Fault =>
  new Fault(
    'ResourceConflictException',
    `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    user,
  );

export const noPolicy = (): Fault => new Fault('ResourceNotFoundException', 'The resource you requested does not exist.', user);

export const statementNotFound = (id: string): Fault => new Fault('ResourceNotFoundException', `Statement ${id} is not found in resource policy.`, user);

export const eventInvokeConfigNotFound = (arn: string): Fault =>
  new Fault('ResourceNotFoundException', `The function ${arn} doesn't have an EventInvokeConfig`, user);

export const unreservedTooLow = (): Fault =>
  invalidParameter("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].");
