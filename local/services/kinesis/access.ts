import type { Kernel } from '../../kernel/kernel.ts';
import type { AccessCheck } from '../../kernel/principal.ts';
import type { Context } from '../../kernel/service.ts';
import { arnOf } from './lookup.ts';
import type { KinesisState } from './state.ts';
import { streamOfIterator } from './stream/iterator.ts';

/** Actions that no resource can be named for. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html */
const ACCOUNT_WIDE: ReadonlySet<string> = new Set(['ListStreams', 'DescribeLimits', 'DescribeAccountSettings']);

interface AnyInput {
  readonly StreamName?: string;
  readonly StreamARN?: string;
  readonly ConsumerARN?: string;
  readonly ConsumerName?: string;
  readonly ResourceARN?: string;
  readonly ShardIterator?: string;
  readonly NextToken?: string;
}

/** The stream or consumer that a call is about. */
function resourceOf(input: AnyInput, kernel: Kernel, state: KinesisState): string {
  const direct = input.ConsumerARN ?? input.ResourceARN;
  if (direct !== undefined) return direct;
  if (input.ShardIterator !== undefined) return arnOf(kernel, { StreamARN: input.StreamARN, StreamName: streamOfIterator(input.ShardIterator) });
  if (input.ConsumerName === undefined) return arnOf(kernel, input);
  for (const { streamArn, name, arn } of state.consumers.values()) if (streamArn === input.StreamARN && name === input.ConsumerName) return arn;
  return arnOf(kernel, input);
}

export function accessOf(operation: string, input: AnyInput, { kernel, state }: Context<KinesisState>): AccessCheck[] {
  const action = `kinesis:${operation}`;
  if (ACCOUNT_WIDE.has(operation)) return [{ action, resource: '*' }];
  // A consumer that is being registered is not there yet: its stream is asked.
  const resource = operation === 'RegisterStreamConsumer' ? arnOf(kernel, input) : resourceOf(input, kernel, state);
  const policy = state.consumers.get(resource)?.policy ?? state.streams.get(resource.split('/')[1] ?? '')?.record.policy;
  return [{ action, resource, resourcePolicy: policy }];
}
