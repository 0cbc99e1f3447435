import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import { codeNotReadable, unzipFailed, zippedTooLarge } from '../errors.ts';
import type { FunctionContent } from '../records.ts';
import type { Lambda } from '../state.ts';

/** Size of an archive that comes with the request. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ZIPPED_BYTES_MAX = 52_428_800;

/** Where an archive comes from: the request, or a bucket. */
export interface Archive {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
}

/**
 * Unpacks the code of a function or the content of a layer. An object in a bucket is read with the permissions of whoever makes the call.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
 */
export async function contentOf(context: Lambda, archive: Archive | undefined): Promise<FunctionContent> {
  const bytes = archive?.ZipFile ?? (await objectOf(context, archive ?? {}));
  if (archive?.ZipFile && bytes.byteLength > ZIPPED_BYTES_MAX) throw zippedTooLarge(ZIPPED_BYTES_MAX);
  try {
    const { directory, sha256, sizeBytes } = context.state.codeStore.unpack(bytes);
    return { directory, contentHash: sha256, sizeBytes };
  } catch {
    throw unzipFailed();
  }
}

async function objectOf({ kernel, principal, cause }: Lambda, { S3Bucket: bucket, S3Key: key, S3ObjectVersion: version }: Archive): Promise<Uint8Array> {
  if (bucket === undefined || key === undefined) throw new NotEmulated('Function code that is neither a ZipFile nor in a bucket', 'lambda');
  const input = { Bucket: bucket, Key: key, ...(version !== undefined && { VersionId: version }) };
  try {
    const { Body: body } = await kernel.request<{ readonly Body: Uint8Array }>({ service: 's3', operation: 'GetObject', input, principal, cause });
    return body;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw codeNotReadable(error);
  }
}
