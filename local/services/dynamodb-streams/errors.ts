import { Fault } from '../../kernel/errors.ts';

export const streamNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);

export const shardNotFound = (shardId: string, arn: string): Fault =>
  new Fault('ResourceNotFoundException', `Requested resource not found: Shard: ${shardId} in Stream: ${arn} not found`);

/** The position is older than the 24 hours that records are kept. */
export const trimmedDataAccess = (): Fault =>
  new Fault('TrimmedDataAccessException', 'The operation attempted to read past the oldest stream record in a shard.');

export const expiredIterator = (): Fault => new Fault('ExpiredIteratorException', 'Iterator expired');

export const validation = (message: string): Fault => new Fault('ValidationException', message, { status: 400 });
