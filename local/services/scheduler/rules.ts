import type { CreateScheduleCommandInput, Target, UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { parseArn } from '../../kernel/arn.ts';
import { NotEmulated, refuseAllBut } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Service } from '../../kernel/service.ts';
import { timeZone } from '../../languages/schedule-expression/time-zone.ts';
import { parseZonedSchedule } from '../../languages/schedule-expression/zoned-schedule.ts';
import { endInPast, invalidExpression, invalidTarget, invalidTimeZone, invalidWindow, startAfterEnd, validationException } from './errors.ts';
import type { ScheduleSettings } from './state.ts';
import { isRead, readUniversal } from './universal.ts';

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
export const GROUPS_MAX = 500;
export const TAGS_MAX = 50;
const INPUT_BYTES_MAX = 256 * 1024;

const MEMBERS = [
  'Name',
  'GroupName',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'StartDate',
  'EndDate',
  'Description',
  'State',
  'Target',
  'FlexibleTimeWindow',
  'ClientToken',
  'ActionAfterCompletion',
];

const TARGET_MEMBERS = ['Arn', 'RoleArn', 'DeadLetterConfig', 'RetryPolicy', 'Input', 'EventBridgeParameters', 'KinesisParameters', 'SqsParameters'];

/** Services whose resources are templated targets here where the plane has the service, by the service part of their ARNs. */
const TEMPLATED = new Set(['lambda', 'sqs', 'sns', 'events', 'states', 'kinesis']);

/** Checks what a request says of a schedule, and fills in the defaults. */
export function settingsOf(
  input: CreateScheduleCommandInput | UpdateScheduleCommandInput,
  { operation, kernel }: { readonly operation: string; readonly kernel: Kernel },
): ScheduleSettings {
  refuseAllBut(MEMBERS, input, { operation, page: 'scheduler' });
  const { ScheduleExpression: expression = '', ScheduleExpressionTimezone: zone = 'UTC', Target: target, FlexibleTimeWindow: window } = input;
  if (!parseZonedSchedule(expression)) throw invalidExpression(expression);
  if (!timeZone(zone)) throw invalidTimeZone();
  if (!window || !target) throw validationException('Target and FlexibleTimeWindow are required.');
  if ((window.Mode === 'FLEXIBLE') !== (window.MaximumWindowInMinutes !== undefined)) throw invalidWindow();
  const startMs = input.StartDate?.getTime();
  const endMs = input.EndDate?.getTime();
  if (endMs !== undefined && endMs <= kernel.nowMs()) throw endInPast();
  if (startMs !== undefined && endMs !== undefined && startMs >= endMs) throw startAfterEnd();
  checkTarget(target, { operation, kernel });
  return {
    expression,
    zone,
    startMs,
    endMs,
    description: input.Description,
    state: input.State ?? 'ENABLED',
    target,
    window,
    actionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
  };
}

function checkTarget(target: Target, { operation, kernel }: { readonly operation: string; readonly kernel: Kernel }): void {
  refuseAllBut(TARGET_MEMBERS, target, { operation: `${operation} with Target`, page: 'scheduler' });
  const { Arn: arn = '', Input: input } = target;
  if (input !== undefined && Buffer.byteLength(input) > INPUT_BYTES_MAX) throw invalidTarget('Input is longer than 262144 bytes');
  const { service } = parseArn(arn) ?? {};
  if (service === undefined) throw validationException('Provided Arn is not in correct format.');
  if (service === 'scheduler') checkUniversal(arn, input, kernel);
  else if (!TEMPLATED.has(service) || !has(kernel, ({ arnService }) => arnService === service))
    throw new NotEmulated(`A schedule's target ${arn}`, 'scheduler');
  else checkParameters(target, service);
}

function has(kernel: Kernel, isMeant: (service: Service) => boolean): boolean {
  for (const { service } of kernel.installed()) if (isMeant(service)) return true;
  return false;
}

function checkUniversal(arn: string, input: string | undefined, kernel: Kernel): void {
  const universal = readUniversal(arn);
  if (!universal) throw validationException('Provided Arn is not in correct format.');
  if (isRead(arn)) throw invalidTarget(`${arn} is not supported: the operation only reads`);
  if (!universal.isKnown || !has(kernel, ({ name }) => name === universal.service)) throw new NotEmulated(`A schedule's target ${arn}`, 'scheduler');
  checkJsonObject(input);
}

function checkParameters(target: Target, service: string): void {
  const wants = { events: target.EventBridgeParameters, kinesis: target.KinesisParameters } as Readonly<Record<string, object | undefined>>;
  if (service in wants && !wants[service]) throw invalidTarget(`the parameters of ${service} are required for ${target.Arn}`);
  if (service !== 'events' && target.EventBridgeParameters) throw invalidTarget('EventBridgeParameters are for an event bus');
  if (service !== 'kinesis' && target.KinesisParameters) throw invalidTarget('KinesisParameters are for a stream');
  if (service !== 'sqs' && target.SqsParameters) throw invalidTarget('SqsParameters are for a queue');
  if (service === 'sqs' && target.Arn?.endsWith('.fifo') !== (target.SqsParameters?.MessageGroupId !== undefined)) {
    throw invalidTarget('a FIFO queue needs a MessageGroupId, and no other queue takes one');
  }
  // What goes to a function, a state machine or a bus is JSON. @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html#scheduler-Type-Target-Input
  if (['lambda', 'states', 'events'].includes(service) && target.Input !== undefined) checkJson(target.Input);
}

function checkJson(input: string): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch {
    throw invalidTarget('Input is not well-formed JSON');
  }
}

function checkJsonObject(input: string | undefined): void {
  const value = checkJson(input ?? '{}');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidTarget('Input is not a JSON object');
}
