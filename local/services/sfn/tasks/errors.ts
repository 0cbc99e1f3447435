import type { Fault } from '../../../kernel/errors.ts';
import { failed, type TaskOutcome } from './outcome.ts';
import type { Optimized } from './services.ts';

/** How the errors of an integration are called, and what their causes say. */
export interface Naming {
  error(fault: Fault): string;
  cause(fault: Fault, requestId: string): string;
}

/** Codes that the service's model does not have: such an error is called by the service. */
const UNMODELLED = /^(AccessDenied|AccessDeniedException|ValidationException|ValidationError|InternalFailure|UnrecognizedClientException|MissingAction)$/;

/** Codes with another status than 400. The model has it; faults carry it only where the model has none. */
const STATUS: Readonly<Record<string, number>> = { NotFound: 404, NotFoundException: 404, InternalFailure: 500 };
const STATUS_BY_SERVICE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AWSLambda: { ResourceNotFoundException: 404, AccessDeniedException: 403, AccessDenied: 403, TooManyRequestsException: 429, ResourceConflictException: 409 },
  AmazonSQS: { AccessDeniedException: 403, AccessDenied: 403 },
  AmazonSNS: { AuthorizationError: 403, AccessDenied: 403 },
};

const statusOf = (fault: Fault, service: string): number => fault.status ?? STATUS_BY_SERVICE[service]?.[fault.code] ?? STATUS[fault.code] ?? 400;

const asException = (code: string): string => (code.endsWith('Exception') ? code : `${code}Exception`);

/** Query services spell some codes in another way than their exceptions. */
const wireCode = (code: string): string => code.replace(/^(InvalidParameter|NotFound|AuthorizationError)Exception$/, '$1');

/** As the first Java SDK names errors, which Step Functions' own integrations show. Recorded. */
export function optimizedNaming({ errorPrefix, baseError, causeName }: Optimized): Naming {
  return {
    error: ({ code }) => `${errorPrefix}.${UNMODELLED.test(code) ? baseError : asException(code)}`,
    cause: (fault, requestId) => {
      const code = fault.code === 'AccessDenied' ? 'AccessDeniedException' : fault.code;
      const shown = causeName === 'AmazonSNS' ? wireCode(code) : code;
      return `${fault.message} (Service: ${causeName}; Status Code: ${statusOf(fault, causeName)}; Error Code: ${shown}; Request ID: ${requestId}; Proxy: null)`;
    },
  };
}

/** As the second Java SDK names errors, which `aws-sdk` integrations show. Recorded. */
export function sdkNaming(sdkName: string): Naming {
  return {
    error: ({ code }) => `${sdkName}.${UNMODELLED.test(code) ? `${sdkName}Exception` : asException(code)}`,
    cause: (fault, requestId) =>
      `${fault.message} (Service: ${sdkName}, Status Code: ${fault.status ?? STATUS[fault.code] ?? 400}, Request ID: ${requestId}) (SDK Attempt Count: 1)`,
  };
}

/** The end of a task whose service answered an error. */
export function errorOf(fault: Fault, naming: Naming, requestId: string): TaskOutcome {
  return failed(naming.error(fault), naming.cause(fault, requestId));
}
