import { cbor } from '@smithy/core/cbor';
import type { HttpResponse } from '../../../local/kernel/http.ts';
import type { ServiceModel } from '../../../local/wire/model.ts';

/** What a call answered, in boto's shape. */
export interface Answer {
  readonly body: Record<string, unknown>;
  /** The text of boto's exception, of a call that failed. */
  readonly errorText?: string;
  /** What the plane said it does not emulate. */
  readonly notEmulated?: string;
}

/** An output of the SDK as boto would have it: dates as text, bytes as text where they are text and else as Python spells them. */
export function successOf(output: Record<string, unknown>, status: number): Answer {
  const { $metadata: _metadata, ...members } = output;
  return { body: { ...(plain(members) as Record<string, unknown>), ResponseMetadata: { HTTPStatusCode: status } } };
}

/** An error answer as boto parses it. */
export function failureOf(response: HttpResponse, call: { readonly model: ServiceModel; readonly operation: string }): Answer {
  const isCbor = response.headers['content-type'] === 'application/cbor';
  const text = isCbor ? JSON.stringify(cbor.deserialize(response.body)) : Buffer.from(response.body).toString('utf8');
  const error = text.startsWith('<') ? xmlError(text) : jsonError(text, response, call.model);
  const { Code, Message } = error['Error'] as { readonly Code?: string; readonly Message?: string };
  const body = { ...error, ResponseMetadata: { HTTPStatusCode: response.status } };
  const errorText = `An error occurred (${Code}) when calling the ${call.operation} operation: ${Message ?? ''}`;
  const notEmulated = /^(.*?) is not emulated\./s.exec(Message ?? '')?.[1];
  return { body, errorText, ...(response.status === 501 && { notEmulated: notEmulated ?? String(Message) }) };
}

function jsonError(text: string, { headers, status }: HttpResponse, model: ServiceModel): Record<string, unknown> {
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  const spelled = headers['x-amzn-errortype'] ?? body['__type'] ?? body['code'] ?? status;
  const code = String(spelled).split(':')[0]?.split('#').at(-1) ?? '';
  const [queryCode, type] = headers['x-amzn-query-error']?.split(';') ?? [];
  const error = {
    Code: queryCode ?? code,
    Message: body['message'] ?? body['Message'] ?? '',
    ...(queryCode !== undefined && { QueryErrorCode: code, Type: type }),
  };
  const modelled = (model.error(code)?.shape.members ?? []).map(({ name }) => [name, body[name]] as const).filter(([, value]) => value !== undefined);
  return { Error: error, ...Object.fromEntries(modelled) };
}

function xmlError(text: string): Record<string, unknown> {
  const error = /<Error>([\s\S]*)<\/Error>/.exec(text)?.[1] ?? '';
  const members: Record<string, unknown> = {};
  for (const [, name, content, empty] of error.matchAll(/<(\w+)>([\s\S]*?)<\/\1>|<(\w+)\/>/g)) {
    members[name ?? empty ?? ''] = content === undefined || content === '' ? null : unescaped(content);
  }
  return { Error: members };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal === undefined ? (ENTITIES[name] ?? whole) : String.fromCodePoint(Number(decimal));
  });
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return textOf(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

/** As Python prints bytes: `b'\x02\x03'`. A payload stays text, which is what the recorder made of it. */
function textOf(bytes: Uint8Array): string {
  if ('transformToString' in bytes) return Buffer.from(bytes).toString('utf8');
  const escaped = [...bytes].map((byte) => {
    if (byte === 0x0a) return '\\n';
    if (byte === 0x0d) return '\\r';
    if (byte === 0x09) return '\\t';
    if (byte === 0x5c) return '\\\\';
    if (byte === 0x27) return "\\'";
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `b'${escaped.join('')}'`;
}
