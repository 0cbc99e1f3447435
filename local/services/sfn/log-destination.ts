import type { DescribeLogGroupsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { Kernel } from '../../kernel/kernel.ts';
import { invalidLoggingConfiguration } from './errors.ts';
import type { Logging } from './records.ts';

/** The name of the log group behind the ARN of a destination, which ends in `:*`. */
export const logGroupName = (arn: string): string => arn.split(':log-group:')[1]?.replace(/:\*$/, '') ?? '';

/** Throws where the log group of a machine is not there. */
export async function checkDestination(
  { destinations }: Logging,
  { kernel, cause }: { readonly kernel: Kernel; readonly cause?: number | undefined },
): Promise<void> {
  for (const destination of destinations ?? []) {
    const name = logGroupName(destination);
    const call = {
      service: 'cloudwatch-logs',
      operation: 'DescribeLogGroups',
      input: { logGroupNamePrefix: name },
      principal: { type: 'root' },
      cause,
    } as const;
    const { logGroups = [] } = await kernel.request<DescribeLogGroupsCommandOutput>(call);
    if (!logGroups.some(({ logGroupName: found }) => found === name)) throw invalidLoggingConfiguration('Log Destination not found.');
  }
}
