import { Fault } from '../../kernel/errors.ts';

export const groupNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The specified log group does not exist.');

export const streamNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The specified log stream does not exist.');

export const groupExists = (): Fault => new Fault('ResourceAlreadyExistsException', 'The specified log group already exists');

export const streamExists = (): Fault => new Fault('ResourceAlreadyExistsException', 'The specified log stream already exists');

export const filterNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The specified metric filter does not exist.');

export const invalidParameter = (message: string): Fault => new Fault('InvalidParameterException', message);
