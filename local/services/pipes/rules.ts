import type { PipeTargetParameters } from '@aws-sdk/client-pipes';
import { parseArn } from '../../kernel/arn.ts';
import { NotEmulated, refuseAllBut } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { parsePattern } from '../../languages/event-pattern/index.ts';
import { compilePipeTemplate } from '../../languages/input-transformer/pipe-template.ts';
import { validationException } from './errors.ts';
import type { PipeSettings } from './state.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html#eb-pipes-limits */
export const PIPES_MAX = 1000;
export const TAGS_MAX = 50;
const FILTERS_MAX = 5;

/** Sources, and the member of `SourceParameters` that is theirs. */
const SOURCES: Readonly<Record<string, string>> = { sqs: 'SqsQueueParameters', dynamodb: 'DynamoDBStreamParameters' };

/** Targets by the service part of their ARNs, and the member of `TargetParameters` that is theirs. */
const TARGETS: Readonly<Record<string, string | undefined>> = {
  lambda: 'LambdaFunctionParameters',
  sqs: 'SqsQueueParameters',
  sns: undefined,
  events: 'EventBridgeEventBusParameters',
  logs: 'CloudWatchLogsParameters',
  kinesis: 'KinesisStreamParameters',
  states: 'StepFunctionStateMachineParameters',
};

const LAMBDA_OR_STATES = new Set(['lambda', 'states']);

/** Batches of a queue with more than ten messages need a window to gather them. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html */
const BATCH_WITHOUT_WINDOW_MAX = 10;
const FIFO_BATCH_MAX = 10;

const serviceOf = (arn: string): string => parseArn(arn)?.service ?? '';

/** Checks what a request says of a pipe as a whole. */
export function checkPipe(settings: PipeSettings, { operation, kernel }: { readonly operation: string; readonly kernel: Kernel }): void {
  checkSource(settings, operation);
  checkEnrichment(settings, { operation, kernel });
  checkTarget(settings, { operation, kernel });
}

function checkSource({ Source: source = '', SourceParameters: parameters = {} }: PipeSettings, operation: string): void {
  const own = SOURCES[serviceOf(source)];
  if (own === undefined) throw new NotEmulated(`A pipe's source ${source}`, 'pipes');
  const where = { operation: `${operation} with SourceParameters`, page: 'pipes' };
  refuseAllBut(['FilterCriteria', own], parameters, where);
  const patterns = parameters.FilterCriteria?.Filters ?? [];
  if (patterns.length > FILTERS_MAX) throw validationException(`A pipe has at most ${FILTERS_MAX} filters.`);
  for (const { Pattern: pattern = '' } of patterns) checkPattern(pattern);
  if (own === 'DynamoDBStreamParameters') {
    if (!source.includes('/stream/')) throw validationException(`Source ${source} is not the ARN of a stream.`);
    if (!parameters.DynamoDBStreamParameters) throw validationException('DynamoDBStreamParameters with a StartingPosition are required.');
    return;
  }
  const { BatchSize: batchSize = 10, MaximumBatchingWindowInSeconds: windowSeconds = 0 } = parameters.SqsQueueParameters ?? {};
  const isFifo = source.endsWith('.fifo');
  if (isFifo && windowSeconds > 0) throw validationException('MaximumBatchingWindowInSeconds is not supported for a FIFO queue.');
  if (batchSize > (isFifo ? FIFO_BATCH_MAX : BATCH_WITHOUT_WINDOW_MAX) && windowSeconds === 0) {
    throw validationException('A BatchSize of more than 10 needs a MaximumBatchingWindowInSeconds, and a standard queue.');
  }
}

function checkPattern(text: string): void {
  try {
    parsePattern(text);
  } catch (error) {
    throw validationException(`Filter pattern is not valid. ${(error as Error).message}`);
  }
}

function checkEnrichment({ Enrichment: arn, EnrichmentParameters: parameters = {} }: PipeSettings, where: { operation: string; kernel: Kernel }): void {
  refuseAllBut(['InputTemplate'], parameters, { operation: `${where.operation} with EnrichmentParameters`, page: 'pipes' });
  if (!arn) return;
  if (!LAMBDA_OR_STATES.has(serviceOf(arn)) || !isInstalled(where.kernel, serviceOf(arn))) throw new NotEmulated(`A pipe's enrichment ${arn}`, 'pipes');
  checkTemplate(parameters.InputTemplate);
}

function checkTarget(
  { Target: arn = '', TargetParameters: parameters = {} }: PipeSettings,
  { operation, kernel }: { operation: string; kernel: Kernel },
): void {
  const service = serviceOf(arn);
  // Of EventBridge's resources only a bus: an API destination calls what is outside of the plane.
  const isOther = service === 'events' && !parseArn(arn)?.resource.startsWith('event-bus/');
  if (isOther || !Object.hasOwn(TARGETS, service) || !isInstalled(kernel, service)) throw new NotEmulated(`A pipe's target ${arn}`, 'pipes');
  const own = TARGETS[service];
  const other = Object.entries(parameters).find(([member, value]) => value !== undefined && member !== 'InputTemplate' && member !== own);
  if (other) throw validationException(`TargetParameters with ${other[0]} do not belong to the target ${arn}.`);
  if (parameters.EventBridgeEventBusParameters?.EndpointId !== undefined) throw new NotEmulated(`${operation} with EndpointId`, 'pipes');
  checkTemplate(parameters.InputTemplate);
  checkOwn(arn, service, parameters);
}

function checkOwn(arn: string, service: string, parameters: PipeTargetParameters): void {
  if (service === 'sqs' && arn.endsWith('.fifo') !== (parameters.SqsQueueParameters?.MessageGroupId !== undefined)) {
    throw validationException('MessageGroupId is required for a FIFO queue, and for no other.');
  }
  if (service === 'kinesis' && !parameters.KinesisStreamParameters) throw validationException('KinesisStreamParameters with a PartitionKey are required.');
}

function checkTemplate(template: string | undefined): void {
  if (!template) return;
  const compiled = compilePipeTemplate(template);
  if (typeof compiled !== 'function') throw validationException(`InputTemplate is not valid: <${compiled.invalid}>.`);
}

function isInstalled(kernel: Kernel, arnService: string): boolean {
  for (const { service } of kernel.installed()) if (service.arnService === arnService) return true;
  return false;
}
