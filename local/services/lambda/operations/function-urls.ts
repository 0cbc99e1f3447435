import type {
  CreateFunctionUrlConfigCommandInput,
  CreateFunctionUrlConfigCommandOutput,
  DeleteFunctionUrlConfigCommandInput,
  FunctionUrlConfig,
  GetFunctionUrlConfigCommandInput,
  GetFunctionUrlConfigCommandOutput,
  ListFunctionUrlConfigsCommandInput,
  ListFunctionUrlConfigsCommandOutput,
  UpdateFunctionUrlConfigCommandInput,
  UpdateFunctionUrlConfigCommandOutput,
} from '@aws-sdk/client-lambda';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import { invalidParameter, resourceNotFound, urlExists } from '../errors.ts';
import { functionUrl } from '../function-url/address.ts';
import { findQualified, functionArn, functionNameOf, isVersion, qualifiedNamed } from '../naming.ts';
import type { UrlRecord } from '../records.ts';
import { keyOf, type Lambda, type Plane, putUrl, removeUrl } from '../state.ts';
import { pageOf } from './page.ts';

type Output<T> = Omit<T, '$metadata'>;

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MEMBERS = ['FunctionName', 'Qualifier', 'AuthType', 'Cors', 'InvokeMode'];

/** A function's answer is sent whole. */
export function refuseStreaming(mode: string | undefined): void {
  if (mode === 'RESPONSE_STREAM') throw new NotEmulated('A function URL with InvokeMode RESPONSE_STREAM', 'lambda');
}

const iso = (ms: number): string => new Date(ms).toISOString();

function wireUrl({ kernel }: Plane, url: UrlRecord): Omit<FunctionUrlConfig, 'LastModifiedTime'> {
  return {
    FunctionUrl: functionUrl(url.urlId, kernel.region),
    FunctionArn: keyOf(functionArn(kernel, url.functionName), url.qualifier),
    AuthType: url.authType,
    CreationTime: iso(url.createdMs),
    ...(url.cors && { Cors: url.cors }),
  };
}

const whole = (plane: Plane, url: UrlRecord): FunctionUrlConfig => ({
  ...wireUrl(plane, url),
  LastModifiedTime: iso(url.lastModifiedMs),
  InvokeMode: 'BUFFERED',
});

/** Gives `$LATEST` or an alias a URL. Versions get none. */
export function newUrl(plane: Plane, draft: Pick<UrlRecord, 'functionName' | 'qualifier' | 'authType' | 'cors'>): UrlRecord {
  const { kernel, state } = plane;
  const key = keyOf(draft.functionName, draft.qualifier);
  if (draft.qualifier !== undefined && isVersion(draft.qualifier)) throw invalidParameter('A function URL is of $LATEST or of an alias');
  if (state.urls.has(key)) throw urlExists(keyOf(functionArn(kernel, draft.functionName), draft.qualifier));
  const nowMs = kernel.nowMs();
  const url = { ...draft, urlId: kernel.chance.text(32, ID_ALPHABET), createdMs: nowMs, lastModifiedMs: nowMs };
  putUrl(plane, url);
  return url;
}

export function createFunctionUrlConfig(input: CreateFunctionUrlConfigCommandInput, context: Lambda): Output<CreateFunctionUrlConfigCommandOutput> {
  refuseAllBut(MEMBERS, input, { operation: 'CreateFunctionUrlConfig', page: 'lambda' });
  refuseStreaming(input.InvokeMode);
  const { record, qualifier } = qualifiedNamed(context, input.FunctionName, input.Qualifier);
  const url = newUrl(context, { functionName: record.name, qualifier, authType: input.AuthType ?? 'NONE', cors: input.Cors });
  return { ...wireUrl(context, url), ...(input.InvokeMode && { InvokeMode: input.InvokeMode }) } as Output<CreateFunctionUrlConfigCommandOutput>;
}

function keyNamed(context: Lambda, input: GetFunctionUrlConfigCommandInput): string {
  const { name, qualifier } = functionNameOf(context.kernel, input.FunctionName, input.Qualifier);
  return keyOf(name, qualifier === '$LATEST' ? undefined : qualifier);
}

function urlNamed(context: Lambda, input: GetFunctionUrlConfigCommandInput): UrlRecord {
  const found = context.state.urls.get(keyNamed(context, input));
  if (!found) throw resourceNotFound();
  return found;
}

export function getFunctionUrlConfig(input: GetFunctionUrlConfigCommandInput, context: Lambda): Output<GetFunctionUrlConfigCommandOutput> {
  return whole(context, urlNamed(context, input)) as Output<GetFunctionUrlConfigCommandOutput>;
}

export function updateFunctionUrlConfig(input: UpdateFunctionUrlConfigCommandInput, context: Lambda): Output<UpdateFunctionUrlConfigCommandOutput> {
  refuseAllBut(MEMBERS, input, { operation: 'UpdateFunctionUrlConfig', page: 'lambda' });
  refuseStreaming(input.InvokeMode);
  const previous = urlNamed(context, input);
  const url = { ...previous, authType: input.AuthType ?? previous.authType, cors: input.Cors ?? previous.cors, lastModifiedMs: context.kernel.nowMs() };
  putUrl(context, url);
  return whole(context, url) as Output<UpdateFunctionUrlConfigCommandOutput>;
}

export function deleteFunctionUrlConfig(input: DeleteFunctionUrlConfigCommandInput, context: Lambda): Record<string, never> {
  if (!removeUrl(context, keyNamed(context, input))) throw resourceNotFound();
  return {};
}

export function listFunctionUrlConfigs(input: ListFunctionUrlConfigsCommandInput, context: Lambda): Output<ListFunctionUrlConfigsCommandOutput> {
  const { name } = functionNameOf(context.kernel, input.FunctionName);
  if (!findQualified(context, { name, qualifier: undefined })) throw resourceNotFound('Function does not exist');
  const all = [...context.state.urls.values()].filter(({ functionName }) => functionName === name);
  const { page, NextMarker } = pageOf(all, input, { keyOf: ({ urlId }) => urlId, most: 50 });
  return { FunctionUrlConfigs: page.map((url) => whole(context, url)), ...(NextMarker !== undefined && { NextMarker }) };
}
