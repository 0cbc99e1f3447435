import { Fault } from '../../kernel/errors.ts';

export const invalidArn = (reason: string): Fault => new Fault('InvalidArn', `Invalid Arn: '${reason}'`);

export const invalidName = (name: string): Fault => new Fault('InvalidName', `Invalid Name: '${name}'`);

export const validationException = (message: string, reason?: string): Fault =>
  new Fault('ValidationException', message, reason === undefined ? {} : { members: { reason } });

/** The message is what the definition was refused with. */
export const refusedDefinition = (message: string): Fault => new Fault('InvalidDefinition', message);

export const stateMachineDoesNotExist = (arn: string): Fault => new Fault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);

export const stateMachineAlreadyExists = (arn: string): Fault => new Fault('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);

export const stateMachineTypeNotSupported = (): Fault =>
  new Fault('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');

export const executionDoesNotExist = (arn: string): Fault => new Fault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);

export const executionAlreadyExists = (arn: string): Fault => new Fault('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);

export const executionNotRedrivable = (reason: string): Fault => new Fault('ExecutionNotRedrivable', reason);

export const invalidExecutionInput = (reason: string): Fault => new Fault('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`);

export const invalidOutput = (reason: string): Fault => new Fault('InvalidOutput', `Invalid Output: '${reason}'`);

export const invalidToken = (reason = 'Invalid token'): Fault => new Fault('InvalidToken', `Invalid Token: '${reason}'`);

/** Tokens of pages, which are another thing than tokens of tasks. */
export const invalidPageToken = (): Fault => new Fault('InvalidToken', "Invalid Token: 'Invalid token'");

export const taskTimedOut = (): Fault => new Fault('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");

export const activityDoesNotExist = (arn: string): Fault => new Fault('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);

export const resourceNotFound = (arn: string): Fault => new Fault('ResourceNotFound', `Resource not found: '${arn}'`, { members: { resourceName: arn } });

/** Where AWS does not say which. */
export const referencedResourceNotFound = (arn: string): Fault =>
  new Fault('ResourceNotFound', 'Request references a resource that does not exist.', { members: { resourceName: arn } });

export const conflictException = (message: string): Fault => new Fault('ConflictException', message);

export const missingRequiredParameter = (message: string): Fault => new Fault('MissingRequiredParameter', message);

export const invalidLoggingConfiguration = (reason: string): Fault => new Fault('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${reason}`);

export const tooManyTags = (arn: string): Fault => new Fault('TooManyTags', `Too many tags: '${arn}'`, { members: { resourceName: arn } });

export const roleNotAssumable = (roleArn: string): Fault =>
  new Fault(
    'AccessDeniedException',
    `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role. Role: ${roleArn}`,
    { status: 400 },
  );
