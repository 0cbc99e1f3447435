import type {
  FunctionConfiguration,
  ListVersionsByFunctionCommandInput,
  ListVersionsByFunctionCommandOutput,
  PublishVersionCommandInput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { invalidParameter, revisionDiffers } from '../errors.ts';
import { functionNamed } from '../naming.ts';
import type { FunctionRecord, VersionRecord } from '../records.ts';
import { type Lambda, type Plane, putVersion, versionsOf } from '../state.ts';
import { pageOf } from './page.ts';
import { listedFunction, wireFunction } from './wire-function.ts';

/** What makes a version another one. */
const contentOf = ({ description: _, ...record }: FunctionRecord): string =>
  JSON.stringify([
    record.contentHash,
    record.runtime,
    record.handler,
    record.role,
    record.timeoutSeconds,
    record.memoryMiB,
    record.environment,
    record.architectures,
    record.deadLetterArn,
    record.tracingMode,
    record.logGroup,
    record.logFormat,
    record.applicationLogLevel,
    record.systemLogLevel,
    record.layers.map(({ arn }) => arn),
    record.ephemeralStorageMiB,
  ]);

/** Publishes what `$LATEST` is; where nothing has changed since the last version, that version. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html */
export function publish(plane: Plane, latest: FunctionRecord, description: string | undefined): VersionRecord {
  const last = versionsOf(plane, latest).at(-1);
  if (last && last.latestDescription === latest.description && contentOf(last) === contentOf(latest)) return last;
  return putVersion(plane, latest, description ?? latest.description);
}

export function publishVersion(input: PublishVersionCommandInput, context: Lambda): FunctionConfiguration {
  refuseAllBut(['FunctionName', 'CodeSha256', 'Description', 'RevisionId'], input, { operation: 'PublishVersion', page: 'lambda' });
  const latest = functionNamed(context, input.FunctionName);
  if (input.RevisionId !== undefined && input.RevisionId !== latest.revisionId) throw revisionDiffers('GetFunction/GetAlias');
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== latest.contentHash) {
    throw invalidParameter(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${latest.contentHash}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  return wireFunction(publish(context, latest, input.Description), context.kernel);
}

export function listVersionsByFunction(input: ListVersionsByFunctionCommandInput, context: Lambda): Omit<ListVersionsByFunctionCommandOutput, '$metadata'> {
  const latest = functionNamed(context, input.FunctionName);
  const all = [{ ...latest, arn: `${latest.arn}:$LATEST` }, ...versionsOf(context, latest)];
  const { page, NextMarker } = pageOf(all, input, { keyOf: ({ version }) => version, most: 50 });
  return { Versions: page.map(listedFunction), ...(NextMarker !== undefined && { NextMarker }) };
}
