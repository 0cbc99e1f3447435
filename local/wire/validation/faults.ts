import { Fault } from '../../kernel/errors.ts';
import type { ServiceRow } from '../services.ts';

/** The fault for an input that does not satisfy the model. */
export function validationFault(row: ServiceRow, failures: readonly string[]): Fault {
  const count = failures.length;
  const message = `${count} validation error${count === 1 ? '' : 's'} detected: ${failures.join('; ')}`;
  return new Fault(row.validationCode ?? (row.protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException'), message, { status: 400 });
}

/**
 * The fault for a missing member where the service words it itself (SQS).
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
export function missingParameter(row: ServiceRow, member: string): Fault {
  return new Fault(row.validationCode ?? 'MissingRequiredParameterException', `The request must contain the parameter ${member}.`, { status: 400 });
}

/** The fault for a missing member in the words of SNS. */
export function noValueFor(member: string): Fault {
  return new Fault('InvalidParameterException', `Invalid parameter: ${member} Reason: no value for required parameter`);
}
