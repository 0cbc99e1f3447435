import { Fault } from '../../kernel/errors.ts';

/** AWS answers each of its faults with a code and a message. */
const fault = (code: string, message: string): Fault => new Fault(code, message, { members: { Code: code, Message: message } });

export const badRequest = (message: string): Fault => fault('BadRequestException', message);

export const registryDoesNotExist = (name: string): Fault => fault('NotFoundException', `Registry with name ${name} does not exist.`);

export const registryExists = (name: string): Fault => fault('ConflictException', `Registry with name ${name} already exists.`);

export const registryHasSchemas = (name: string): Fault => badRequest(`Registry with name ${name} has schemas and cannot be deleted.`);

export const schemaDoesNotExist = (name: string): Fault => fault('NotFoundException', `Schema with name ${name} does not exist.`);

export const schemaExists = (name: string): Fault => fault('ConflictException', `Schema with name ${name} already exists.`);

export const versionDoesNotExist = (name: string, version: string): Fault => fault('NotFoundException', `Schema with name ${name} has no version ${version}.`);

export const policyDoesNotExist = (registry: string): Fault => fault('NotFoundException', `Registry with name ${registry} has no policy.`);

export const resourceDoesNotExist = (arn: string): Fault => fault('NotFoundException', `Resource ${arn} does not exist.`);

export const policyHasChanged = (): Fault => fault('PreconditionFailedException', 'The RevisionId is not that of the present policy.');

export const tooMany = (what: string, max: number): Fault => fault('ForbiddenException', `The limit of ${max} ${what} is reached.`);
