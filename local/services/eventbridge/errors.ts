import { Fault } from '../../kernel/errors.ts';

/** Not in the SDK's model: a common error. */
export const validationException = (message: string): Fault => new Fault('ValidationException', message, { status: 400 });

export const busDoesNotExist = (name: string): Fault => new Fault('ResourceNotFoundException', `Event bus ${name} does not exist.`);

export const busExists = (name: string): Fault => new Fault('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);

export const cannotDeleteDefaultBus = (): Fault => validationException('Cannot delete event bus default.');

export const busHasRules = (name: string): Fault => validationException(`Event bus ${name} can't be deleted since it has rules.`);

export const invalidPolicy = (): Fault => validationException('Parameter Policy is not valid: it is no policy in JSON.');

export const ruleDoesNotExist = (rule: string, bus: string): Fault => new Fault('ResourceNotFoundException', `Rule ${rule} does not exist on EventBus ${bus}.`);

export const ruleHasTargets = (): Fault => validationException("Rule can't be deleted since it has targets.");

export const statementDoesNotExist = (): Fault => new Fault('ResourceNotFoundException', 'Statement with the provided id does not exist.');

export const policyTooLong = (): Fault => new Fault('PolicyLengthExceededException', 'The event bus policy is longer than 10240 characters.');

export const limitExceeded = (): Fault => new Fault('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');

export const invalidEventPattern = (reason: string): Fault => new Fault('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);

export const invalidSchedule = (): Fault => validationException('Parameter ScheduleExpression is not valid.');

export const scheduleOnCustomBus = (): Fault => validationException('ScheduleExpression is supported only on the default event bus.');

export const patternOrScheduleRequired = (): Fault => validationException('Parameter(s) EventPattern or ScheduleExpression must be specified.');

export const eventNotValid = (): Fault => validationException('Parameter Event is not valid.');

export const entriesTooLarge = (): Fault => validationException('Total size of the entries in the request is over the limit.');

export const oneInputOnly = (targetId: string): Fault =>
  validationException(`Only one of Input, InputPath, or InputTransformer must be provided for target ${targetId}.`);

export const invalidInput = (targetId: string): Fault => validationException(`JSON syntax error in input for target ${targetId}.`);

export const invalidInputPath = (targetId: string): Fault => validationException(`Invalid InputPath for target ${targetId}.`);

export const invalidTransformer = (targetId: string, reason: string): Fault =>
  validationException(`Invalid InputTransformer for target ${targetId} : ${reason}.`);

export const invalidTargetArn = (targetId: string, arn: string): Fault =>
  validationException(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format. Target: ${targetId}.`);

export const groupIdRequired = (targetId: string, arn: string): Fault =>
  validationException(`Parameter(s) SqsParameters must be specified for target: ${targetId}, a FIFO queue: ${arn}.`);

export const invalidNextToken = (): Fault => validationException('Parameter NextToken is not valid.');

export const roleRequired = (arn: string): Fault => validationException(`RoleArn is required for target ${arn}.`);

export const managedRule = (rule: string): Fault => new Fault('ManagedRuleException', `Rule ${rule} is managed by an AWS service and cannot be changed.`);

export const notALogEntry = (): Fault => validationException('The input for a log group must have a timestamp and a message.');

export const archiveExists = (name: string): Fault => new Fault('ResourceAlreadyExistsException', `Archive ${name} already exists.`);

export const archiveDoesNotExist = (name: string): Fault => new Fault('ResourceNotFoundException', `Archive ${name} does not exist.`);

export const replayExists = (name: string): Fault => new Fault('ResourceAlreadyExistsException', `Replay ${name} already exists.`);

export const replayDoesNotExist = (name: string): Fault => new Fault('ResourceNotFoundException', `Replay ${name} does not exist.`);

export const replayNotActive = (name: string): Fault => new Fault('IllegalStatusException', `Replay ${name} is not in a valid state for this operation.`);

const invalidParameter = (parameter: string, reason: string): Fault => validationException(`Parameter ${parameter} is not valid. Reason: ${reason}`);

export const noArchiveToReplay = (name: string): Fault => invalidParameter('EventSourceArn', `Archive ${name} does not exist.`);

export const archiveArnRequired = (): Fault => invalidParameter('EventSourceArn', 'Must contain an archive ARN.');

export const busArnRequired = (): Fault => invalidParameter('Destination.Arn', 'Must contain an event bus ARN.');

export const crossBusReplay = (): Fault => invalidParameter('Destination.Arn', 'Cross event bus replay is not permitted.');

export const endBeforeStart = (): Fault => invalidParameter('EventEndTime', 'EventStartTime must be before EventEndTime.');

export const oneFilterOnly = (operation: string): Fault =>
  validationException(`At most one filter is allowed for ${operation}. Use either : State, EventSourceArn, or NamePrefix.`);

/** What `PutEvents` answers for one entry that it refuses. */
export interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export const requiredArgument = (parameter: string): EntryError => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`,
});

export const malformedDetail = (): EntryError => ({ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' });

export const notAuthorizedForSource = (): EntryError => ({ ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' });
