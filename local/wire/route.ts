import { Fault } from '../kernel/errors.ts';
import type { HttpRequest } from '../kernel/http.ts';
import { elsewhereByForm, elsewhereByPath, elsewhereByTarget, RPC_PATH } from './elsewhere.ts';
import { isForS3 } from './s3/address.ts';
import { signedServiceOf } from './scope.ts';
import { type ProtocolName, SERVICE_ROWS, type ServiceRow } from './services.ts';

/** Where a request goes. A REST operation is known only once the service's module is loaded: `operation` is `undefined` until then. */
export interface Route {
  readonly row: ServiceRow;
  readonly protocol: ProtocolName;
  readonly operation: string | undefined;
  readonly form: URLSearchParams | undefined;
}

/** Rows by `X-Amz-Target` prefix, by form version, and by the service of the signature. */
const BY_TARGET = new Map(SERVICE_ROWS.flatMap((row) => (row.targetPrefix ? [[row.targetPrefix, row] as const] : [])));
const BY_VERSION = new Map(SERVICE_ROWS.flatMap((row) => (row.queryVersion ? [[row.queryVersion, row] as const] : [])));
const REST_ROWS = SERVICE_ROWS.filter((row) => row.protocol === 'restJson1');
const S3_ROW = SERVICE_ROWS.find(({ protocol }) => protocol === 'restXml');
const BY_SIGNING_NAME = new Map(SERVICE_ROWS.map((row) => [row.signingName, row]));

/** Nobody has such an operation. @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
export const unknownOperation = (name: string): Fault =>
  new Fault('UnknownOperationException', name === '' ? '' : `The action or operation ${name} is not known.`, { status: 400 });

export const missingAction = (): Fault => new Fault('MissingAction', 'The request is missing an action or a required parameter.', { status: 400 });

export const notFound = (): Fault => new Fault('UnknownOperationException', 'No service of AWS answers this method and path.', { status: 404 });

/** Whether the body is a form: the query protocol. */
export const isForm = (request: HttpRequest): boolean => request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;

/** Whether the body is CBOR: Smithy's RPC protocol. @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html#requests */
export const isCborRpc = (request: HttpRequest): boolean => request.headers['smithy-protocol'] === 'rpc-v2-cbor';

/** The route of a request to S3, whose bodies are anything: it is known by its signature or its host before the body is looked at. */
export function routeOfS3(request: HttpRequest): Route | undefined {
  if (!S3_ROW || request.headers['x-amz-target'] !== undefined || !isForS3(request)) return undefined;
  const refused = elsewhereByPath(request);
  if (refused) throw refused;
  return { row: S3_ROW, protocol: S3_ROW.protocol, operation: undefined, form: undefined };
}

/** The body is read as text only for forms, whose `Version` and `Action` stand in it. */
export function routeOf(request: HttpRequest, body: Uint8Array): Route {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return routeOfTarget(target, request);
  if (isCborRpc(request)) return routeOfRpc(request);
  const query = request.target.indexOf('?');
  if (isForm(request)) return routeOfForm(new URLSearchParams(Buffer.from(body).toString('utf8')), request);
  if (request.method === 'GET' && query >= 0 && /[?&]Action=/.test(request.target)) {
    return routeOfForm(new URLSearchParams(request.target.slice(query + 1)), request);
  }
  const signedService = signedServiceOf(request);
  const signed = REST_ROWS.find((rest) => rest.signingName === signedService);
  const refused = signed ? undefined : elsewhereByPath(request);
  if (refused) throw refused;
  const row = signed ?? REST_ROWS.find((rest) => rest.path?.test(request.target));
  if (!row) throw notFound();
  return { row, protocol: row.protocol, operation: undefined, form: undefined };
}

function routeOfTarget(target: string, request: HttpRequest): Route {
  const dot = target.lastIndexOf('.');
  const row = BY_TARGET.get(target.slice(0, dot));
  if (!row) throw elsewhereByTarget(target, request) ?? unknownOperation(target);
  return { row, protocol: row.protocol, operation: target.slice(dot + 1), form: undefined };
}

function routeOfRpc(request: HttpRequest): Route {
  const { service = '', operation = '' } = RPC_PATH.exec(request.target)?.groups ?? {};
  const row = BY_TARGET.get(service);
  if (!row) throw elsewhereByPath(request) ?? unknownOperation(operation);
  return { row, protocol: 'rpcV2Cbor', operation, form: undefined };
}

function routeOfForm(form: URLSearchParams, request: HttpRequest): Route {
  const operation = form.get('Action');
  const signed = BY_SIGNING_NAME.get(signedServiceOf(request) ?? '');
  const version = form.get('Version');
  const ofVersion = BY_VERSION.get(version ?? '');
  if (operation === null || operation === '') throw missingAction();
  const refused = ofVersion ? undefined : elsewhereByForm({ version, action: operation }, request);
  if (refused) throw refused;
  const row = ofVersion ?? (signed?.queryVersion ? signed : undefined);
  if (!row) throw unknownOperation(operation);
  return { row, protocol: 'awsQuery', operation, form };
}
