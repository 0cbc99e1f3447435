import { Fault } from '../../kernel/errors.ts';

export const logGroupNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The specified log group does not exist.');

export const logStreamNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The specified log stream does not exist.');

export const metricFilterNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The specified metric filter does not exist.');

export const logGroupAlreadyExists = (): Fault => new Fault('ResourceAlreadyExistsException', 'The specified log group already exists');

export const logStreamAlreadyExists = (): Fault => new Fault('ResourceAlreadyExistsException', 'The specified log stream already exists');

export const invalidParameter = (message: string): Fault => new Fault('InvalidParameterException', message);

export const malformedQuery = (message: string): Fault => new Fault('MalformedQueryException', message);

export const queryNotFound = (): Fault => new Fault('ResourceNotFoundException', 'The specified query does not exist.');

export const resourceLimitExceeded = (): Fault => new Fault('LimitExceededException', 'Resource limit exceeded.');

export const resourcePolicyNotFound = (name: string): Fault => new Fault('ResourceNotFoundException', `Policy with name [${name}] does not exist.`);
