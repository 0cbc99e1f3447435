import { Fault } from '../../kernel/errors.ts';

export const identityExists = (identity: string): Fault => new Fault('AlreadyExistsException', `Email identity ${identity} already exist.`);

export const identityDoesNotExist = (identity: string): Fault => new Fault('NotFoundException', `Email identity ${identity} does not exist.`);

export const notVerified = (address: string, region: string): Fault =>
  new Fault('MessageRejected', `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${address}`);

export const badRequest = (message: string): Fault => new Fault('BadRequestException', message);

export const invalidNextToken = (): Fault => new Fault('InvalidNextTokenException', 'The specified next token is not valid.', { status: 400 });
