import { Fault } from '../../kernel/errors.ts';

/** The message is the parameter's name only where AWS gives one; `GetParameter` answers none. */
export const parameterNotFound = (): Fault => new Fault('ParameterNotFound', '');

export const parameterAlreadyExists = (): Fault =>
  new Fault('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');

export const validationException = (message: string): Fault => new Fault('ValidationException', message);
