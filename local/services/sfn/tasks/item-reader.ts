import type { GetObjectCommandOutput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { Fault } from '../../../kernel/errors.ts';
import { type Json, type State, StatesError } from '../../../languages/states/index.ts';
import type { Place } from '../engine/place.ts';
import { readCsv, readJsonItems, readJsonLines } from './item-formats.ts';

type MapState = Extract<State, { Type: 'Map' }>;

/** Pages of a bucket's list that a map reads. */
const PAGES_MAX = 10_000;

const failed = (cause: string): StatesError => new StatesError('States.ItemReaderFailed', cause, { isPrefixed: false });

/** The items that a distributed map reads from S3: a bucket's list, or what one object holds. @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
export async function readItems(place: Place, { ItemReader: reader }: MapState, args: Json): Promise<Json[]> {
  const input = args as { readonly Bucket?: string; readonly Key?: string; readonly Prefix?: string };
  try {
    if (reader?.Resource.endsWith(':s3:listObjectsV2')) return await listObjects(place, input);
    const text = await readObject(place, input);
    const config = reader?.ReaderConfig ?? {};
    switch (config.InputType) {
      case 'CSV':
        return readCsv(text, config);
      case 'JSONL':
        return readJsonLines(text);
      default:
        return readJsonItems(text);
    }
  } catch (error) {
    if (error instanceof Fault) throw failed(error.message);
    if (error instanceof SyntaxError) throw failed('Attempting to map over non-iterable node.');
    throw error;
  }
}

const call = <Output>({ engine, running }: Place, operation: string, input: object): Promise<Output> => {
  const principal = { type: 'role', roleArn: running.revision.roleArn, sessionName: 'StepFunctions' } as const;
  return engine.kernel.request<Output>({ service: 's3', operation, input, principal, cause: running.execution.cause });
};

async function listObjects(place: Place, { Bucket, Prefix }: { readonly Bucket?: string; readonly Prefix?: string }): Promise<Json[]> {
  const items: Json[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const input = { Bucket, Prefix, ContinuationToken: token };
    const { Contents: contents = [], NextContinuationToken: next } = await call<ListObjectsV2CommandOutput>(place, 'ListObjectsV2', input);
    for (const { Key = '', Size = 0, ETag = '', LastModified, StorageClass = 'STANDARD' } of contents) {
      items.push({ Etag: ETag, Key, LastModified: Math.floor((LastModified?.getTime() ?? 0) / 1000), Size, StorageClass });
    }
    if (next === undefined) break;
    token = next;
  }
  return items;
}

async function readObject(place: Place, { Bucket, Key }: { readonly Bucket?: string; readonly Key?: string }): Promise<string> {
  const { Body: body } = await call<GetObjectCommandOutput>(place, 'GetObject', { Bucket, Key });
  return Buffer.from(body as unknown as Uint8Array).toString('utf8');
}
