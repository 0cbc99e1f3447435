import { Fault } from '../../kernel/errors.ts';

export const invalidParameterValue = (message: string): Fault => new Fault('InvalidParameterValueException', message);

export const invalidParameterCombination = (message: string): Fault => new Fault('InvalidParameterCombinationException', message);

export const missingParameter = (name: string): Fault => new Fault('MissingRequiredParameterException', `The parameter ${name} is required.`);

export const validationError = (message: string): Fault => new Fault('ValidationException', message);

/** AWS gives no message. */
export const resourceNotFound = (): Fault => new Fault('ResourceNotFound', '');

export const dashboardNotFound = (name: string): Fault => new Fault('DashboardNotFoundError', `Dashboard ${name} does not exist`);

export const dashboardInvalid = (messages: readonly { DataPath: string; Message: string }[]): Fault =>
  new Fault('DashboardInvalidInputError', 'The field DashboardBody must be a valid JSON object', { members: { dashboardValidationMessages: messages } });
