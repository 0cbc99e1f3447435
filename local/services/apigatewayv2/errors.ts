import { Fault } from '../../kernel/errors.ts';

export const apiNotFound = (apiId: string): Fault => new Fault('NotFoundException', `Invalid API identifier specified ${apiId}`);

export const badRequest = (message: string): Fault => new Fault('BadRequestException', message);
