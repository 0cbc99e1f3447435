import { parseArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { invalidArn, invalidName } from './errors.ts';

/** Names of state machines, executions and activities: what they may not contain. @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;
const NAME_LENGTH_MAX = 80;

/** Throws where a name holds a character that AWS does not take. */
export function checkName(name: string): void {
  if (name.length === 0 || name.length > NAME_LENGTH_MAX || FORBIDDEN.test(name)) throw invalidName(name);
}

export const stateMachineArn = (kernel: Kernel, name: string): string => kernel.arn('states', `stateMachine:${name}`);

export const activityArn = (kernel: Kernel, name: string): string => kernel.arn('states', `activity:${name}`);

/** What an ARN of Step Functions names. `qualifier` is a version's number or an alias's name. */
export type StatesArn =
  | { readonly kind: 'stateMachine'; readonly arn: string; readonly name: string; readonly qualifier: string | undefined }
  | { readonly kind: 'execution' | 'express'; readonly arn: string; readonly stateMachine: string; readonly name: string }
  | { readonly kind: 'activity'; readonly arn: string; readonly name: string }
  | { readonly kind: 'mapRun'; readonly arn: string; readonly stateMachine: string };

/** Reads an ARN of Step Functions; `InvalidArn` where it is none. */
export function readArn(arn: string): StatesArn {
  const parsed = parseArn(arn);
  if (!parsed) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  const [kind = '', name = '', ...rest] = parsed.resource.split(':');
  if (parsed.service !== 'states' || name === '') throw invalidArn(`Invalid ARN: ${arn}`);
  switch (kind) {
    case 'stateMachine':
      return { kind, arn: rest.length > 0 ? arn.slice(0, arn.length - rest.join(':').length - 1) : arn, name, qualifier: rest[0] };
    case 'execution':
    case 'express':
      return { kind, arn, stateMachine: name, name: rest[0] ?? '' };
    case 'activity':
      return { kind, arn, name };
    case 'mapRun':
      return { kind, arn, stateMachine: name };
    default:
      throw invalidArn(`Resource type not valid in this context: ${kind}`);
  }
}

/** The ARN's parts, where it is of that kind; `InvalidArn` otherwise. */
export function readArnOf<Kind extends StatesArn['kind']>(arn: string, kind: Kind): Extract<StatesArn, { kind: Kind }> {
  const read = readArn(arn);
  if (read.kind !== kind && !(kind === 'execution' && read.kind === 'execution')) throw invalidArn(`Resource type not valid in this context: ${read.kind}`);
  return read as Extract<StatesArn, { kind: Kind }>;
}

/** Whether a qualifier is a version's number. */
export const isVersionNumber = (qualifier: string): boolean => /^\d+$/.test(qualifier);

/** A time as the context object and outputs of tasks write it. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
