import { Fault, NotEmulated } from '../kernel/errors.ts';
import type { ErrorModel, ServiceModel } from './model.ts';

/** What a protocol needs to write an error. */
export interface Failure {
  /** The shape's name, as JSON protocols spell it. */
  readonly code: string;
  /** As the query protocol spells it. */
  readonly queryCode: string;
  readonly status: number;
  readonly message: string;
  /** Whose fault: below 500 the sender's. */
  readonly isSender: boolean;
  readonly members: Readonly<Record<string, unknown>>;
  /** The modelled shape, where there is one. */
  readonly model: ErrorModel | undefined;
}

/**
 * Errors that no model lists, in their two spellings: JSON and query.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
const COMMON_CODES: readonly (readonly [json: string, query: string])[] = [
  ['ValidationException', 'ValidationError'],
  ['MissingRequiredParameterException', 'MissingParameter'],
  ['InvalidParameterValueException', 'InvalidParameterValue'],
  ['InvalidParameterCombinationException', 'InvalidParameterCombination'],
  ['AccessDeniedException', 'AccessDenied'],
  ['UnknownOperationException', 'InvalidAction'],
  ['SerializationException', 'MalformedInput'],
];
const COMMON_BY_CODE = new Map(COMMON_CODES.flatMap((pair) => pair.map((code) => [code, pair] as const)));

/** What the authorizer throws, in either spelling; each service has its own. */
const ACCESS_DENIED: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException']);

function accessDeniedOf({ row }: ServiceModel): { readonly code: string; readonly status: number } {
  return row.accessDenied ?? { code: 'AccessDeniedException', status: row.protocol === 'awsJson1.0' || row.protocol === 'awsJson1.1' ? 400 : 403 };
}

function failureOfFault(fault: Fault, service: ServiceModel | undefined): Failure {
  const denied = ACCESS_DENIED.has(fault.code) && service ? accessDeniedOf(service) : undefined;
  const code = denied?.code ?? fault.code;
  const model = service?.error(code);
  const common = COMMON_BY_CODE.get(code);
  // S3's model has a status for few of its errors: each fault brings its own.
  const given = service?.row.protocol === 'restXml' ? fault.status : undefined;
  const status = denied?.status ?? given ?? model?.status ?? fault.status ?? 400;
  return {
    code: model ? code : (common?.[0] ?? code),
    queryCode: model?.queryCode ?? common?.[1] ?? code,
    status,
    message: fault.message,
    isSender: status < 500,
    members: fault.members,
    model,
  };
}

const bare = (code: string, status: number, message: string): Failure => ({
  code,
  queryCode: code,
  status,
  message,
  isSender: status < 500,
  members: {},
  model: undefined,
});

/** What the caller is told of an error. Whatever is neither a fault nor something not emulated is a bug and goes to `onBug`. */
export function failureOf(error: unknown, service: ServiceModel | undefined, onBug: (error: unknown) => void): Failure {
  if (error instanceof Fault) return failureOfFault(error, service);
  if (error instanceof NotEmulated) return bare('NotEmulated', 501, error.message);
  onBug(error);
  return bare('InternalFailure', 500, 'The request processing has failed because of an unknown error, exception or failure.');
}
