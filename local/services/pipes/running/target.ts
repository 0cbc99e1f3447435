import type { PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../../kernel/arn.ts';
import { Fault } from '../../../kernel/errors.ts';
import type { DeliveryPayload } from '../../../kernel/service.ts';
import { compileParameter } from '../../../languages/input-transformer/pipe-template.ts';
import { readBatchResponse } from '../../../languages/source-records/batch-response.ts';
import { entryRefused } from '../errors.ts';
import { execute, invoke } from './call.ts';
import { asJsonList, type PipeLine } from './line.ts';

/** What the target took: `undefined` for all; the ids it reported; or the place in the batch of the first event that it did not take. */
export type TargetAnswer =
  | { readonly kind: 'all' }
  | { readonly kind: 'ids'; readonly failed: ReadonlySet<string> }
  | { readonly kind: 'places'; readonly failed: ReadonlySet<number>; readonly error: Error };

/** Brings a batch to the target: as a whole to a function or a state machine, one by one to any other. */
export async function callTarget(
  line: PipeLine,
  events: readonly unknown[],
  { ids, isOrdered, cause }: { readonly ids: ReadonlySet<string>; readonly isOrdered: boolean; readonly cause: number },
): Promise<TargetAnswer> {
  const { Target: arn = '', TargetParameters: parameters = {} } = line.pipe.settings;
  const service = parseArn(arn)?.service;
  if (service !== 'lambda' && service !== 'states') return sendEach(line, events, { isOrdered, cause });
  const body = asJsonList(line, events, line.targetTemplate);
  const { InvocationType: type } = parameters.LambdaFunctionParameters ?? parameters.StepFunctionStateMachineParameters ?? {};
  if (type === 'FIRE_AND_FORGET') {
    await deliver(line, arn, { body }, cause);
    return { kind: 'all' };
  }
  const answer = service === 'lambda' ? await invoke(line, arn, body, cause) : await execute(line, arn, body, cause);
  const verdict = readBatchResponse(answer || 'null', (id) => ids.has(id));
  if (verdict.kind === 'some') return { kind: 'ids', failed: verdict.identifiers };
  // An answer that is no list of failures is none of a pipe's business, unless it looks like one.
  return verdict.kind === 'failed' && answer.includes('"batchItemFailures"') ? { kind: 'ids', failed: ids } : { kind: 'all' };
}

/** An event that a target does not take does not hold back the others, unless their order counts: then those after it wait for it. */
async function sendEach(
  line: PipeLine,
  events: readonly unknown[],
  { isOrdered, cause }: { readonly isOrdered: boolean; readonly cause: number },
): Promise<TargetAnswer> {
  const failed = new Set<number>();
  let first: Error | undefined;
  for (const [place, event] of events.entries()) {
    if (first && isOrdered) {
      failed.add(place);
      continue;
    }
    try {
      await send(line, event, cause);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      first ??= error;
      failed.add(place);
    }
  }
  return first ? { kind: 'places', failed, error: first } : { kind: 'all' };
}

async function send(line: PipeLine, event: unknown, cause: number): Promise<void> {
  const { Target: arn = '', TargetParameters: parameters = {} } = line.pipe.settings;
  const body = line.targetTemplate ? line.targetTemplate(event, line.surroundings()) : asText(event);
  switch (parseArn(arn)?.service) {
    case 'events':
      return putEvent(line, { event, body, cause });
    case 'logs':
      return putLogEvent(line, { event, body, cause });
    default: {
      const { MessageGroupId: group, MessageDeduplicationId: deduplication } = parameters.SqsQueueParameters ?? {};
      const key = parameters.KinesisStreamParameters?.PartitionKey;
      const payload: DeliveryPayload = {
        body,
        ...(group === undefined ? {} : { messageGroupId: parameter(group, event) }),
        ...(deduplication === undefined ? {} : { messageDeduplicationId: parameter(deduplication, event) }),
        ...(key === undefined ? {} : { partitionKey: parameter(key, event) }),
      };
      await deliver(line, arn, payload, cause);
    }
  }
}

async function deliver(line: PipeLine, to: string, payload: DeliveryPayload, cause: number): Promise<void> {
  const outcome = await line.kernel.deliver({ to, payload, principal: line.principal, cause });
  if (outcome.status === 'refused') throw entryRefused(outcome.code, outcome.message);
}

/** Source and detail type are by default what AWS gives them. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html */
async function putEvent(line: PipeLine, { event, body, cause }: { readonly event: unknown; readonly body: string; readonly cause: number }): Promise<void> {
  const { Source: sourceArn = '', Target: bus, TargetParameters: parameters = {} } = line.pipe.settings;
  const { Source: source, DetailType: detailType, Resources: resources, Time: time } = parameters.EventBridgeEventBusParameters ?? {};
  const entry = {
    EventBusName: bus,
    Source: source === undefined ? `Pipe ${line.pipe.name}` : parameter(source, event),
    DetailType: detailType === undefined ? `Event from aws:${parseArn(sourceArn)?.service}` : parameter(detailType, event),
    Detail: body,
    ...(resources === undefined ? {} : { Resources: resources.map((resource) => parameter(resource, event)) }),
    ...(time === undefined ? {} : { Time: new Date(parameter(time, event)) }),
  };
  const call = { service: 'eventbridge', operation: 'PutEvents', input: { Entries: [entry] }, principal: line.principal, cause };
  const { Entries: [result] = [] } = await line.kernel.request<PutEventsCommandOutput>(call);
  if (result?.ErrorCode !== undefined) throw entryRefused(result.ErrorCode, result.ErrorMessage ?? '');
}

/** Writes to the log stream of the target, by default one with the pipe's name; it is made where it is not there. */
async function putLogEvent(line: PipeLine, { event, body, cause }: { readonly event: unknown; readonly body: string; readonly cause: number }): Promise<void> {
  const { kernel, principal, pipe } = line;
  const { Target: arn = '', TargetParameters: parameters = {} } = pipe.settings;
  const { LogStreamName: stream = pipe.name, Timestamp: timestamp } = parameters.CloudWatchLogsParameters ?? {};
  const place = { logGroupName: /log-group:([^:]+)/.exec(arn)?.[1] ?? '', logStreamName: parameter(stream, event) };
  const atMs = timestamp === undefined ? kernel.nowMs() : Number(parameter(timestamp, event));
  const input = { ...place, logEvents: [{ timestamp: atMs, message: body }] };
  const put = () => kernel.request({ service: 'cloudwatch-logs', operation: 'PutLogEvents', input, principal, cause });
  try {
    await put();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'ResourceNotFoundException' || error.message.includes('log group')) throw error;
    await kernel.request({ service: 'cloudwatch-logs', operation: 'CreateLogStream', input: place, principal, cause });
    await put();
  }
}

/** A parameter that begins with `$.` is a path into the event. */
function parameter(text: string, event: unknown): string {
  const path = compileParameter(text);
  return path ? asText(path(event) ?? '') : text;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
