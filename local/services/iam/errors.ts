import { Fault } from '../../kernel/errors.ts';

export const noSuchEntity = (message: string): Fault => new Fault('NoSuchEntityException', message, { status: 404 });

export const roleNotFound = (name: string): Fault => noSuchEntity(`The role with name ${name} cannot be found.`);

export const rolePolicyNotFound = (name: string): Fault => noSuchEntity(`The role policy with name ${name} cannot be found.`);

export const policyNotFound = (arn: string): Fault => noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);

export const roleExists = (name: string): Fault => new Fault('EntityAlreadyExistsException', `Role with name ${name} already exists.`, { status: 409 });

export const policyExists = (name: string): Fault =>
  new Fault('EntityAlreadyExistsException', `A policy called ${name} already exists. Duplicate names are not allowed.`, { status: 409 });

export const deleteConflict = (message: string): Fault => new Fault('DeleteConflictException', message, { status: 409 });

export const malformedPolicy = (message: string): Fault => new Fault('MalformedPolicyDocumentException', message);

/** Code as the JSON protocols spell it; `wire/` spells it for the others. */
export const accessDenied = (message: string): Fault => new Fault('AccessDeniedException', message, { status: 403 });
