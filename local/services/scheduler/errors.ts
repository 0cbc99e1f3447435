import { Fault } from '../../kernel/errors.ts';

/** @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html#API_CreateSchedule_Errors */
export const validationException = (message: string): Fault => new Fault('ValidationException', message);

export const invalidExpression = (expression: string): Fault => validationException(`Invalid Schedule Expression ${expression}.`);

export const invalidTimeZone = (): Fault => validationException('Invalid timezone.');

export const roleNotAssumable = (): Fault => validationException('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');

export const invalidWindow = (): Fault =>
  validationException('MaximumWindowInMinutes must be provided with FlexibleTimeWindow Mode FLEXIBLE, and only with it.');

export const startAfterEnd = (): Fault => validationException('The StartDate you specify must be earlier than the EndDate.');

export const endInPast = (): Fault => validationException('The EndDate you specify must be in the future.');

export const invalidTarget = (reason: string): Fault => validationException(`Invalid Target: ${reason}.`);

export const invalidNextToken = (): Fault => validationException('Invalid NextToken.');

export const cannotDeleteDefaultGroup = (): Fault => validationException('The default schedule group cannot be deleted.');

export const scheduleDoesNotExist = (name: string): Fault => new Fault('ResourceNotFoundException', `Schedule ${name} does not exist.`);

export const groupDoesNotExist = (name: string): Fault => new Fault('ResourceNotFoundException', `Schedule group ${name} does not exist.`);

export const scheduleExists = (name: string): Fault => new Fault('ConflictException', `Schedule ${name} already exists.`);

export const groupExists = (name: string): Fault => new Fault('ConflictException', `Schedule group ${name} already exists.`);

export const tooManyGroups = (): Fault => new Fault('ServiceQuotaExceededException', 'The number of schedule groups has reached the limit of 500.');

export const tooManyTags = (): Fault => validationException('A schedule group can have at most 50 tags.');

/** What a bus answers for an entry that it refuses, as a fault of the call. */
export const entryRefused = (code: string, message: string): Fault => new Fault(code, message);
