import { Fault } from '../../../kernel/errors.ts';
import { streamNotFound } from '../errors.ts';
import type { Plane } from '../state.ts';
import { sourceKind } from './mapping-rules.ts';

/** Throws where there is no stream, or no consumer of one, with this ARN. A queue may come later: its poller waits for it. */
export async function checkStreamExists(
  { kernel }: Plane,
  { sourceArn, cause }: { readonly sourceArn: string; readonly cause: number | undefined },
): Promise<void> {
  const question = questionOf(sourceArn);
  if (!question || ![...kernel.installed()].some(({ service }) => service.name === question.service)) return;
  try {
    await kernel.request({ ...question, principal: { type: 'root' }, cause });
  } catch (error) {
    if (error instanceof Fault && error.code === 'ResourceNotFoundException') throw streamNotFound(sourceArn);
    throw error;
  }
}

function questionOf(sourceArn: string): { readonly service: string; readonly operation: string; readonly input: object } | undefined {
  const kind = sourceKind(sourceArn);
  if (kind === 'sqs') return undefined;
  if (kind === 'dynamodb') return { service: 'dynamodb-streams', operation: 'DescribeStream', input: { StreamArn: sourceArn, Limit: 1 } };
  if (sourceArn.includes('/consumer/')) return { service: 'kinesis', operation: 'DescribeStreamConsumer', input: { ConsumerARN: sourceArn } };
  return { service: 'kinesis', operation: 'DescribeStreamSummary', input: { StreamARN: sourceArn } };
}
