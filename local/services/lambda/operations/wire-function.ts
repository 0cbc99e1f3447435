import { createHash } from 'node:crypto';
import type { FunctionConfiguration, LastUpdateStatusReasonCode } from '@aws-sdk/client-lambda';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { FunctionRecord } from '../records.ts';

/** What a function has just gone through: AWS answers a change before it has taken place. */
export type Change = 'created' | 'updated';

const STATES: Readonly<Record<Change, Partial<FunctionConfiguration>>> = {
  created: { State: 'Pending', StateReason: 'The function is being created.', StateReasonCode: 'Creating' },
  updated: {
    State: 'Active',
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being created.',
    // AWS answers a code that is not in its model. Recorded.
    LastUpdateStatusReasonCode: 'Creating' as LastUpdateStatusReasonCode,
  },
};

/**
 * A function as lists show it: without its state.
 * Differs from AWS: a function can be invoked as soon as the call that made or changed it has answered; AWS answers `Pending` or `InProgress` for a while.
 */
export function listedFunction(record: FunctionRecord): FunctionConfiguration {
  const { environment, deadLetterArn, layers } = record;
  return {
    FunctionName: record.name,
    FunctionArn: record.arn,
    Runtime: record.runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Role: record.role,
    Handler: record.handler,
    CodeSize: record.sizeBytes,
    Description: record.description,
    Timeout: record.timeoutSeconds,
    MemorySize: record.memoryMiB,
    LastModified: new Date(record.lastModifiedMs).toISOString().replace('Z', '+0000'),
    CodeSha256: record.contentHash,
    Version: record.version,
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: deadLetterArn } }),
    ...(environment && { Environment: { Variables: { ...environment } } }),
    TracingConfig: { Mode: record.tracingMode as 'Active' | 'PassThrough' },
    RevisionId: record.revisionId,
    ...(layers.length > 0 && { Layers: layers.map(({ arn, sizeBytes }) => ({ Arn: arn, CodeSize: sizeBytes })) }),
    PackageType: 'Zip',
    Architectures: [...record.architectures] as NonNullable<FunctionConfiguration['Architectures']>,
    EphemeralStorage: { Size: record.ephemeralStorageMiB },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: record.logFormat as 'Text' | 'JSON',
      LogGroup: record.logGroup,
      ...(record.applicationLogLevel !== undefined && { ApplicationLogLevel: record.applicationLogLevel as 'INFO' }),
      ...(record.systemLogLevel !== undefined && { SystemLogLevel: record.systemLogLevel as 'INFO' }),
    },
  };
}

/** A function as the API shows it, after a change as that change answers. */
export function wireFunction(record: FunctionRecord, kernel: Kernel, change?: Change): FunctionConfiguration {
  return {
    ...listedFunction(record),
    ...(change ? STATES[change] : { State: 'Active', LastUpdateStatus: 'Successful' }),
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(record, kernel) },
  };
}

/** AWS's names of runtime versions are hashes; so are these, of the runtime's name. */
export function runtimeVersionArn({ runtime, runtimeManagement }: FunctionRecord, kernel: Kernel): string {
  return (
    runtimeManagement.runtimeVersionArn ?? `arn:${kernel.partition}:lambda:${kernel.region}::runtime:${createHash('sha256').update(runtime).digest('hex')}`
  );
}
