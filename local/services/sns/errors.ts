import { Fault } from '../../kernel/errors.ts';

/** Spelled `InvalidParameter` on the wire. Messages begin so, but for a few. */
export const invalidParameter = (what: string): Fault => new Fault('InvalidParameterException', `Invalid parameter: ${what}`);

/** Spelled `ParameterValueInvalid` on the wire. */
export const parameterValueInvalid = (message: string): Fault => new Fault('InvalidParameterValueException', message);

export const topicDoesNotExist = (): Fault => new Fault('NotFoundException', 'Topic does not exist');

export const subscriptionDoesNotExist = (): Fault => new Fault('NotFoundException', 'Subscription does not exist');

/** @see https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
export const resourceDoesNotExist = (): Fault => new Fault('ResourceNotFoundException', 'Resource does not exist');

export const invalidToken = (): Fault => new Fault('InvalidParameterException', 'Invalid token');

export const tooFewArnElements = (member: string, count: number): Fault =>
  invalidParameter(`${member} Reason: An ARN must have at least 6 elements, not ${count}`);

export const noValue = (member: string): Fault => invalidParameter(`${member} Reason: no value for required parameter`);

export const topicExistsWithOtherAttributes = (): Fault => invalidParameter('Attributes Reason: Topic already exists with different attributes');

export const topicExistsWithOtherTags = (): Fault => invalidParameter('Tags Reason: Topic already exists with different tags');

export const subscriptionExistsWithOtherAttributes = (): Fault => invalidParameter('Attributes Reason: Subscription already exists with different attributes');

export const filterPolicyLimitExceeded = (): Fault =>
  new Fault('FilterPolicyLimitExceededException', 'Filter policy limit exceeded for the topic. Please delete unused filter policies.');

export const tagLimitExceeded = (): Fault => new Fault('TagLimitExceededException', 'Could not complete request: tag quota of per resource exceeded');

export const emptyBatchRequest = (): Fault => new Fault('EmptyBatchRequestException', "The batch request doesn't contain any entries.");

export const tooManyEntries = (): Fault => new Fault('TooManyEntriesInBatchRequestException', 'The batch request contains more entries than permissible.');

export const entryIdsNotDistinct = (): Fault => new Fault('BatchEntryIdsNotDistinctException', 'Two or more batch entries in the request have the same Id.');

export const invalidEntryId = (): Fault =>
  new Fault('InvalidBatchEntryIdException', "The Id of a batch entry in a batch request doesn't abide by the specification.");

export const batchTooLong = (): Fault => new Fault('BatchRequestTooLongException', 'The length of all the batch messages put together is more than the limit.');
