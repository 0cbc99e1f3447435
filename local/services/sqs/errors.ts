import { Fault } from '../../kernel/errors.ts';

export const queueDoesNotExist = (): Fault => new Fault('QueueDoesNotExist', 'The specified queue does not exist.');

export const queueNameExists = (attribute: string): Fault =>
  new Fault('QueueNameExists', `A queue already exists with the same name and a different value for attribute ${attribute}`);

export const queueDeletedRecently = (): Fault =>
  new Fault('QueueDeletedRecently', 'You must wait 60 seconds after deleting a queue before you can create another with the same name.');

export const purgeQueueInProgress = (name: string): Fault =>
  new Fault('PurgeQueueInProgress', `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`);

export const overLimit = (): Fault =>
  new Fault('OverLimit', 'The maximum number of in flight messages is reached. To avoid reaching the limit, delete messages after they are processed.');

export const unknownAttribute = (name: string): Fault => new Fault('InvalidAttributeName', `Unknown Attribute ${name}.`);

export const onlyForFifo = (name: string): Fault => new Fault('InvalidAttributeName', `You can specify the ${name} only when FifoQueue is set to true.`);

export const invalidAttributeValue = (name: string, reason?: string): Fault =>
  new Fault('InvalidAttributeValue', `Invalid value for the parameter ${name}.${reason ? ` Reason: ${reason}` : ''}`);

/** Not in the SDK's model: a common error of the query protocol. */
export const invalidParameter = (message: string): Fault => new Fault('InvalidParameterValue', message, { status: 400 });

export const invalidValue = (value: unknown, parameter: string, reason: string): Fault =>
  invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);

/** Not in the SDK's model: a common error of the query protocol. */
export const missingParameter = (parameter: string): Fault =>
  new Fault('MissingParameter', `The request must contain the parameter ${parameter}.`, { status: 400 });

export const invalidMessageContents = (): Fault =>
  new Fault(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  );

export const receiptHandleIsInvalid = (handle: string): Fault =>
  new Fault('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);

export const messageNotInflight = (): Fault => new Fault('MessageNotInflight', "The message referred to isn't in flight.");

export const emptyBatchRequest = (operation: string): Fault =>
  new Fault('EmptyBatchRequest', `There should be at least one ${operation}RequestEntry in the request.`);

export const tooManyEntries = (count: number): Fault =>
  new Fault('TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10. You have sent ${count}.`);

export const batchEntryIdsNotDistinct = (id: string): Fault => new Fault('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);

export const invalidBatchEntryId = (): Fault =>
  new Fault('InvalidBatchEntryId', 'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.');

export const batchRequestTooLong = (sizeBytes: number): Fault =>
  new Fault('BatchRequestTooLong', `Batch requests cannot be longer than 1048576 bytes. You have sent ${sizeBytes} bytes.`);

export const resourceNotFound = (parameter: 'SourceArn' | 'DestinationArn'): Fault =>
  new Fault('ResourceNotFoundException', `The resource that you specified for the ${parameter} parameter doesn't exist.`);

export const taskDoesNotExist = (): Fault => new Fault('ResourceNotFoundException', 'Task does not exist.');
