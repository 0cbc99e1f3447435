import { Fault } from '../../kernel/errors.ts';

export const invalidParameterValue = (message: string): Fault => new Fault('InvalidParameterValueException', message);

export const invalidParameterCombination = (message: string): Fault => new Fault('InvalidParameterCombinationException', message);

export const missingParameter = (name: string): Fault => new Fault('MissingRequiredParameterException', `The parameter ${name} is required.`);

export const validationError = (message: string): Fault => new Fault('ValidationException', message);

/** AWS gives no message. */
export const resourceNotFound = (): Fault => new Fault('ResourceNotFound', '');

export const dashboardNotFound = (name: string): Fault => new Fault('DashboardNotFoundError', `Dashboard ${name} does not exist`);

export function dashboardInvalid(faults: readonly { DataPath: string; Message: string }[]): Fault {
  const listed = JSON.stringify(
    faults.map(({ DataPath: dataPath, Message: message }) => ({ dataPath, message })),
    undefined,
    2,
  );
  const said = `The dashboard body is invalid, there are ${faults.length} validation errors:\n${listed}`;
  return new Fault('DashboardInvalidInputError', said, { members: { dashboardValidationMessages: faults } });
}
