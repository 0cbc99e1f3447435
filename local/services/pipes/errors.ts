import { Fault } from '../../kernel/errors.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html#API_CreatePipe_Errors */
export const validationException = (message: string): Fault => new Fault('ValidationException', message);

export const pipeDoesNotExist = (name: string): Fault => new Fault('NotFoundException', `Pipe ${name} does not exist.`);

export const pipeExists = (name: string): Fault => new Fault('ConflictException', `Pipe ${name} already exists.`);

export const tooManyPipes = (): Fault => new Fault('ServiceQuotaExceededException', 'The number of pipes has reached the limit of 1000.');

export const tooManyTags = (): Fault => validationException('A pipe can have at most 50 tags.');

export const roleNotAssumable = (roleArn: string): Fault =>
  validationException(`The role ${roleArn} is not there, or does not allow pipes.amazonaws.com to assume it.`);

export const invalidNextToken = (): Fault => validationException('NextToken is not valid.');

/** What a bus or a queue answers for one entry that it refuses, as a fault of the call. */
export const entryRefused = (code: string, message: string): Fault => new Fault(code, message);
