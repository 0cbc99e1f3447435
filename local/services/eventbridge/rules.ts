import type { Target } from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../kernel/arn.ts';
import { NotEmulated, refuseAllBut } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { PatternError, parsePattern } from '../../languages/event-pattern/index.ts';
import { compilePath, compileTransformer, TransformerError } from '../../languages/input-transformer/index.ts';
import { parseSchedule } from '../../languages/schedule-expression/index.ts';
import {
  groupIdRequired,
  invalidEventPattern,
  invalidInput,
  invalidInputPath,
  invalidSchedule,
  invalidTargetArn,
  invalidTransformer,
  oneInputOnly,
  patternOrScheduleRequired,
  roleRequired,
  scheduleOnCustomBus,
} from './errors.ts';
import { DEFAULT_BUS } from './state.ts';

/** Targets of a rule. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const TARGETS_MAX = 5;
export const RULES_MAX = 300;
export const BUSES_MAX = 100;
export const POLICY_CHARACTERS_MAX = 10_240;

/** Services whose resources a rule may have for targets here, where the plane has the service. Each receives what a client of it would send. */
const TARGET_SERVICES = new Set(['sqs', 'lambda', 'events', 'logs', 'sns', 'kinesis', 'states']);

/** Targets that have no resource policy for EventBridge: a role must grant it. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
const ROLE_TARGETS = new Set(['kinesis', 'states']);

const TARGET_MEMBERS = [
  'Id',
  'Arn',
  'RoleArn',
  'Input',
  'InputPath',
  'InputTransformer',
  'KinesisParameters',
  'SqsParameters',
  'DeadLetterConfig',
  'RetryPolicy',
] as const;

/** Refuses a pattern that is not valid with the engine's words. */
export function checkPattern(pattern: string): ReturnType<typeof parsePattern> {
  try {
    return parsePattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) throw invalidEventPattern(error.message);
    throw error;
  }
}

export function checkTriggers({
  busName,
  pattern,
  schedule,
}: {
  readonly busName: string;
  readonly pattern?: string | undefined;
  readonly schedule?: string | undefined;
}): void {
  if (!pattern && !schedule) throw patternOrScheduleRequired();
  if (schedule) {
    if (busName !== DEFAULT_BUS) throw scheduleOnCustomBus();
    if (!parseSchedule(schedule)) throw invalidSchedule();
  }
  if (pattern) checkPattern(pattern);
}

export function checkTarget(target: Target, kernel: Kernel): void {
  const { Id: id = '', Arn: arnText = '' } = target;
  const arn = parseArn(arnText);
  if (!arn) throw invalidTargetArn(id, arnText);
  if (!TARGET_SERVICES.has(arn.service) || (arn.service === 'events' && !arn.resource.startsWith('event-bus/'))) {
    throw new NotEmulated(`PutTargets with the target ${arnText}`, 'eventbridge');
  }
  if (!isInstalled(kernel, arn.service)) throw new NotEmulated(`PutTargets with the target ${arnText}`, 'eventbridge');
  if (ROLE_TARGETS.has(arn.service) && !target.RoleArn) throw roleRequired(arnText);
  refuseAllBut(TARGET_MEMBERS, target, { operation: 'PutTargets', page: 'eventbridge' });
  if (arn.service === 'sqs' && arn.resource.endsWith('.fifo') && !target.SqsParameters?.MessageGroupId) throw groupIdRequired(id, arnText);
  checkInput(target, id);
}

function isInstalled(kernel: Kernel, arnService: string): boolean {
  for (const { service } of kernel.installed()) if (service.arnService === arnService) return true;
  return false;
}

function checkInput({ Input: input, InputPath: path, InputTransformer: transformer }: Target, id: string): void {
  if ([input, path, transformer].filter((given) => given !== undefined).length > 1) throw oneInputOnly(id);
  if (input !== undefined && !isJson(input)) throw invalidInput(id);
  if (path !== undefined && !compilePath(path)) throw invalidInputPath(id);
  if (!transformer) return;
  try {
    compileTransformer(transformer.InputPathsMap ?? {}, transformer.InputTemplate ?? '');
  } catch (error) {
    if (!(error instanceof TransformerError)) throw error;
    const { kind, text } = error.what;
    throw invalidTransformer(
      id,
      kind === 'placeholder' ? `InputTemplate contains invalid placeholder <${text}>` : `InputPathsMap has an invalid ${kind} ${text}`,
    );
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
