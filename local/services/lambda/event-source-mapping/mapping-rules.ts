import { parseArn } from '../../../kernel/arn.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import { PatternError, parsePattern } from '../../../languages/event-pattern/index.ts';
import { invalidParameter } from '../errors.ts';
import type { MappingRecord } from '../records.ts';

/** Where what is known of failed records of a stream may go. */
const FAILURE_DESTINATIONS = new Set(['sqs', 'sns', 's3']);

export type SourceKind = 'sqs' | 'dynamodb' | 'kinesis';

/** What kind of source an ARN names; others are refused by name. */
export function sourceKind(arn: string): SourceKind {
  const service = parseArn(arn)?.service;
  if (service === 'sqs' || service === 'dynamodb' || service === 'kinesis') return service;
  if (service === undefined) throw invalidParameter(`The event source ARN ${arn} is not valid`);
  throw new NotEmulated(`An event source mapping on ${service}`, 'lambda');
}

function checkRange(name: string, value: number, { least, most }: { least: number; most: number }): void {
  if (value < least || value > most) throw invalidParameter(`Value '${value}' at '${name}' failed to satisfy constraint: between ${least} and ${most}`);
}

/** The limits of the two kinds of source. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export function checkMapping(mapping: MappingRecord): void {
  const kind = sourceKind(mapping.sourceArn);
  checkRange('batchSize', mapping.batchSize, { least: 1, most: 10_000 });
  checkRange('maximumBatchingWindowInSeconds', mapping.windowSeconds, { least: 0, most: 300 });
  if (mapping.patterns.length > 10) throw invalidParameter('The filter criteria have more than 10 filters');
  for (const pattern of mapping.patterns) checkPattern(pattern);
  if (kind === 'sqs') checkQueueMapping(mapping);
  else checkStreamMapping(mapping);
}

function checkPattern(pattern: string): void {
  try {
    parsePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw invalidParameter('Invalid filter pattern definition.');
  }
}

function checkQueueMapping(mapping: MappingRecord): void {
  const isFifo = mapping.sourceArn.endsWith('.fifo');
  if (isFifo && mapping.batchSize > 10) throw invalidParameter('Batch size must be at most 10 for a FIFO queue');
  if (isFifo && mapping.windowSeconds > 0) throw invalidParameter('Batching window is not supported for FIFO queues');
  if (mapping.batchSize > 10 && mapping.windowSeconds < 1) {
    throw invalidParameter('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
  }
  if (mapping.maximumConcurrency !== undefined) checkRange('maximumConcurrency', mapping.maximumConcurrency, { least: 2, most: 1000 });
  const ofStreams = mapping.startingPosition !== undefined || mapping.bisects || mapping.parallelizationFactor !== 1 || mapping.onFailure !== undefined;
  if (ofStreams || mapping.tumblingWindowSeconds > 0) throw invalidParameter('Unsupported parameter for an Amazon SQS event source: it is one of streams');
}

function checkStreamMapping(mapping: MappingRecord): void {
  if (mapping.startingPosition === undefined)
    throw invalidParameter("1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.");
  // A table's stream has no iterator for a time.
  const positions = sourceKind(mapping.sourceArn) === 'kinesis' ? ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] : ['TRIM_HORIZON', 'LATEST'];
  if (!positions.includes(mapping.startingPosition)) throw invalidParameter(`Unsupported starting position for arn type: ${mapping.sourceArn}`);
  if (mapping.startingPosition === 'AT_TIMESTAMP' && mapping.startingTimestampMs === undefined)
    throw invalidParameter('StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp');
  if (mapping.maximumConcurrency !== undefined) throw invalidParameter('ScalingConfig is supported for Amazon SQS event sources only');
  checkRange('parallelizationFactor', mapping.parallelizationFactor, { least: 1, most: 10 });
  checkRange('maximumRetryAttempts', mapping.maximumRetryAttempts, { least: -1, most: 10_000 });
  if (mapping.maximumRecordAgeSeconds !== -1) checkRange('maximumRecordAgeInSeconds', mapping.maximumRecordAgeSeconds, { least: 60, most: 604_800 });
  checkFailureDestination(mapping.onFailure);
  checkRange('tumblingWindowInSeconds', mapping.tumblingWindowSeconds, { least: 0, most: 900 });
  if (mapping.tumblingWindowSeconds > 0 && mapping.parallelizationFactor > 1) {
    throw new NotEmulated('An event source mapping with TumblingWindowInSeconds and ParallelizationFactor', 'lambda');
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
function checkFailureDestination(destination: string | undefined): void {
  if (destination === undefined) return;
  if (destination.startsWith('kafka://')) throw new NotEmulated(`The on-failure destination ${destination}`, 'lambda');
  if (!FAILURE_DESTINATIONS.has(parseArn(destination)?.service ?? ''))
    throw invalidParameter(`Invalid DestinationConfig: ${destination} is no queue, topic or bucket`);
}
