import { Fault } from '../../kernel/errors.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html */
export const validationError = (message: string): Fault => new Fault('ValidationError', message, { status: 400 });

export const noSuchStack = (name: string): Fault => validationError(`Stack with id ${name} does not exist`);

export const noSuchResource = (logicalId: string, stackName: string): Fault => validationError(`Resource ${logicalId} does not exist for stack ${stackName}`);

export const stackAlreadyExists = (name: string): Fault => new Fault('AlreadyExistsException', `Stack [${name}] already exists`);

export const nothingToUpdate = (): Fault => validationError('No updates are to be performed.');

export const cannotBeChanged = (id: string, status: string, what: string): Fault =>
  validationError(`Stack:${id} is in ${status} state and can not be ${what}.`);

export const noSuchChangeSet = (name: string): Fault => new Fault('ChangeSetNotFoundException', `ChangeSet [${name}] does not exist`);

export const changeSetExists = (name: string): Fault => new Fault('AlreadyExistsException', `ChangeSet ${name} already exists`);

export const notExecutable = (id: string, status: string): Fault =>
  new Fault('InvalidChangeSetStatusException', `ChangeSet [${id}] cannot be executed in its current status of [${status}]`);

export const insufficientCapabilities = (needed: string): Fault => new Fault('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`);

export const exportInUse = (name: string, users: readonly string[]): Fault =>
  validationError(`Export ${name} cannot be deleted as it is in use by ${users.join(' and ')}`);
