import { gzipSync } from 'node:zlib';
import type { Chance } from '../../local/kernel/chance.ts';
import type { HttpRequest } from '../../local/kernel/http.ts';
import { type OperationModel, ServiceModel } from '../../local/wire/model.ts';
import { SERVICE_ROWS, type ServiceRow } from '../../local/wire/services.ts';
import { jsonNameOf, type Member, type Shape } from '../../local/wire/shapes.ts';
import { mutateBody, mutateHeaders } from './mutations.ts';
import { structureOf } from './values.ts';

/** A request and what it was meant to be. */
export interface Attack {
  readonly request: HttpRequest;
  readonly service: string;
  readonly operation: string;
}

/** What a request is aimed at. */
export interface Target {
  readonly row: ServiceRow;
  readonly operation: OperationModel;
  /** Members without which the model refuses the input. */
  readonly required: ReadonlySet<string>;
}

/** Every operation of every service that the wire speaks, emulated or not. */
export async function targets(): Promise<readonly Target[]> {
  const found: Target[] = [];
  for (const row of SERVICE_ROWS) {
    const [sdk, { default: constraints }] = await Promise.all([row.load(), row.constraints()]);
    const model = new ServiceModel(row, sdk);
    const names = Object.keys(sdk).flatMap((name) => (name.endsWith('Command') ? [name.slice(0, -'Command'.length)] : []));
    for (const name of names) {
      const operation = model.operation(name);
      const required = constraints.shapes[constraints.operations[name] ?? '']?.required;
      if (operation) found.push({ row, operation, required: new Set(required) });
    }
  }
  return found;
}

/** One request: of five, two as the model has it, the others broken in their bytes or in their head. */
export function attackOn({ row, operation, required }: Target, chance: Chance): Attack {
  const input = structureOf(operation.input, chance, { required: chance.below(10) > 0 ? required : new Set() });
  const isQuery = row.queryVersion !== undefined && (row.protocol === 'awsQuery' || chance.below(3) === 0);
  const plain = isQuery
    ? asForm(row, operation, input)
    : row.targetPrefix !== undefined
      ? asJson(row, operation, input)
      : asRest(row, operation, input, chance);
  return { request: breakIn(plain, chance), service: row.name, operation: operation.name };
}

function breakIn(request: HttpRequest, chance: Chance): HttpRequest {
  const kind = chance.below(10);
  if (kind < 4) return request;
  const body = kind < 8 ? mutateBody(request.body, chance) : request.body;
  const headers = kind > 5 ? mutateHeaders(request.headers, chance) : request.headers;
  if (chance.below(40) === 0) return { ...request, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
  if (chance.below(40) === 0) return { ...request, headers, body, method: ['GET', 'PUT', 'PATCH', 'BREW'][chance.below(4)] as string };
  return { ...request, headers, body };
}

const signature = (row: ServiceRow): string =>
  `AWS4-HMAC-SHA256 Credential=operator/20260101/us-east-1/${row.signingName}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;

function asJson(row: ServiceRow, { name }: OperationModel, input: object): HttpRequest {
  return {
    method: 'POST',
    target: '/',
    headers: {
      host: '127.0.0.1:4566',
      authorization: signature(row),
      'content-type': row.protocol === 'awsJson1.0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
      'x-amz-target': `${row.targetPrefix}.${name}`,
    },
    body: Buffer.from(JSON.stringify(input)),
  };
}

function asForm(row: ServiceRow, { name }: OperationModel, input: object): HttpRequest {
  const form = new URLSearchParams({ Action: name, Version: row.queryVersion as string });
  flatten('', input, form);
  return {
    method: 'POST',
    target: '/',
    headers: { host: '127.0.0.1:4566', authorization: signature(row), 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  };
}

function flatten(path: string, value: unknown, form: URLSearchParams): void {
  const below = path === '' ? '' : `${path}.`;
  if (Array.isArray(value)) for (const [index, item] of value.entries()) flatten(`${below}member.${index + 1}`, item, form);
  else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) flatten(`${below}${key}`, item, form);
  else form.append(path, String(value));
}

function asRest(row: ServiceRow, { http, input: shape }: OperationModel, input: Record<string, unknown>, chance: Chance): HttpRequest {
  const [method, path] = http ?? (['POST', '/'] as const);
  const query = new URLSearchParams();
  const headers: Record<string, string> = { host: '127.0.0.1:4566', authorization: signature(row), 'content-type': 'application/json' };
  const members: Record<string, unknown> = {};
  let body: Uint8Array | undefined;
  let filled: string = path;
  for (const member of shape.members) {
    const value = input[member.name] ?? (member.traits.httpLabel ? 'orders' : undefined);
    if (value === undefined) continue;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const { httpQuery, httpHeader, httpLabel, httpPayload } = member.traits;
    if (httpLabel) filled = filled.replace(new RegExp(`\\{${member.name}\\+?\\}`), chance.below(10) === 0 ? text : safe(text));
    else if (httpQuery) query.append(httpQuery, text);
    else if (httpHeader) headers[httpHeader.toLowerCase()] = text.replace(/[^\x20-\x7e]/g, '?');
    else if (httpPayload) body = Buffer.from(row.protocol === 'restXml' && typeof value === 'object' ? asXml(member.name, value) : text);
    else members[jsonNameOf(member)] = renamed(value, member);
  }
  const search = query.toString();
  const separator = filled.includes('?') ? '&' : '?';
  return {
    method,
    target: search === '' ? filled : `${filled}${separator}${search}`,
    headers,
    body: body ?? Buffer.from(row.protocol === 'restXml' ? asXml(shape.name, members) : JSON.stringify(members)),
  };
}

function asXml(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => asXml(name, item)).join('');
  if (typeof value === 'object' && value !== null) {
    const inner = Object.entries(value).map(([key, item]) => asXml(key, item));
    return `<${name}>${inner.join('')}</${name}>`;
  }
  return `<${name}>${String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`;
}

/** Lone surrogates cannot be encoded. */
const safe = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'));

/** JSON names below a member. */
function renamed(value: unknown, { shape }: Member): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return renamedIn(value, shape);
}

function renamedIn(value: object, shape: Shape): unknown {
  if (Array.isArray(value)) return shape.kind === 'list' ? value.map((item) => renamed(item, shape.item)) : value;
  if (shape.kind !== 'structure' && shape.kind !== 'union') return value;
  const byName = new Map(shape.members.map((member) => [member.name, member]));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const member = byName.get(name);
      return member ? [jsonNameOf(member), renamed(item, member)] : [name, item];
    }),
  );
}
