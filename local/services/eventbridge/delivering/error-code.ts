/** Endings of fault names, and what EventBridge calls such a failure. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/AccessDenied|NotAuthorized|AuthorizationError|KMSAccessDenied/, 'NO_PERMISSIONS'],
  [/NotFound|DoesNotExist|NonExistent/, 'NO_RESOURCE'],
  [/Throttl|TooManyRequests|ProvisionedThroughput/, 'THROTTLING'],
  [/LimitExceeded|OverLimit/, 'RESOURCE_LIMIT_EXCEEDED'],
  [/Internal|ServiceUnavailable|ServiceException/, 'INTERNAL_ERROR'],
  [/Validation|Invalid|Missing|MessageRejected/, 'INVALID_PARAMETER'],
  [/^NotEmulated$/, 'SDK_CLIENT_ERROR'],
];

/** The `ERROR_CODE` of a dead letter for a target's fault. */
export function errorCode(fault: string): string {
  return CODES.find(([name]) => name.test(fault))?.[1] ?? 'ERROR_FROM_TARGET';
}
