import type { HttpResponse } from '../../kernel/http.ts';
import { readHeader, writeHeader } from '../codecs/header.ts';
import { JsonReaders } from '../codecs/json-reader.ts';
import { JsonConverters } from '../codecs/json-writer.ts';
import { scalarFromText } from '../codecs/scalars.ts';
import type { OperationModel } from '../model.ts';
import type { Member, Shape } from '../shapes.ts';
import { failureMembers, parseJson, parseJsonBody } from './aws-json.ts';
import type { OperationCodec, ServerProtocol, WireRequest } from './protocol.ts';

const CONTENT_TYPE = 'application/json';

type Values = Record<string, unknown>;

/** Puts one bound member of the request into the input. */
type Bind = (input: Values, request: WireRequest, query: URLSearchParams) => void;

const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

function textValue(shape: Shape, texts: readonly string[]): unknown {
  return shape.kind === 'list' ? texts.map((text) => scalarFromText(shape.item.shape, text)) : scalarFromText(shape, texts[0] ?? '');
}

/** The binding of a member outside the body, or `undefined` for a member of the body. */
export function bindingOf(member: Member): Bind | undefined {
  const { name, shape, traits } = member;
  const { httpHeader, httpQuery, httpPrefixHeaders } = traits;
  if (traits.httpLabel) {
    return (input, { labels }) => {
      const text = labels?.[name];
      if (text !== undefined) input[name] = scalarFromText(shape, text);
    };
  }
  if (httpHeader) {
    const header = httpHeader.toLowerCase();
    return (input, { request }) => {
      const text = request.headers[header];
      if (text !== undefined) input[name] = readHeader(member, text);
    };
  }
  if (httpQuery) {
    return (input, _request, query) => {
      const texts = query.getAll(httpQuery);
      if (texts.length > 0) input[name] = textValue(shape, texts);
    };
  }
  if (httpPrefixHeaders !== undefined) {
    const prefix = httpPrefixHeaders.toLowerCase();
    return (input, { request }) => {
      const found = Object.entries(request.headers).filter(([header]) => header.startsWith(prefix));
      if (found.length > 0) input[name] = Object.fromEntries(found.map(([header, text]) => [header.slice(prefix.length), text]));
    };
  }
  if (traits.httpQueryParams && shape.kind === 'map') {
    const value = shape.value.shape;
    return (input, _request, query) => {
      const names = [...new Set(query.keys())];
      if (names.length > 0) input[name] = Object.fromEntries(names.map((key) => [key, textValue(value, query.getAll(key))]));
    };
  }
  return undefined;
}

/** How the member that is the whole body is read. */
function payloadReader(shape: Shape, readers: JsonReaders): (body: Uint8Array) => unknown {
  if (shape.kind === 'blob') return copyOf;
  if (shape.kind === 'string') return (body) => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (shape.kind === 'document') return parseJson;
  const read = readers.of(shape);
  return (body) => read(parseJsonBody(body));
}

/** How an operation's input is read: bound members first, then the payload or what remains in a JSON body. */
function inputReader({ input }: OperationModel, readers: JsonReaders): OperationCodec['readInput'] {
  const binds = input.members.map(bindingOf).filter((bind) => bind !== undefined);
  const payload = input.members.find((member) => member.traits.httpPayload);
  const inBody = input.members.filter((member) => !bindingOf(member) && !member.traits.httpPayload);
  const readBody = readers.of({ kind: 'structure', name: input.name, members: inBody });
  const readPayload = payload && payloadReader(payload.shape, readers);
  return (wire) => {
    const { body, request } = wire;
    let values: Values = {};
    if (!payload && inBody.length > 0) values = readBody(parseJsonBody(body)) as Values;
    else if (payload && readPayload && body.byteLength > 0) values[payload.name] = readPayload(body);
    const queryStart = request.target.indexOf('?');
    const query = new URLSearchParams(queryStart < 0 ? '' : request.target.slice(queryStart + 1));
    for (const bind of binds) bind(values, wire, query);
    return values;
  };
}

const isInHeaders = ({ traits }: Member): boolean => traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined;

/** Writes the members of an answer that stand in its headers, those of a map each in one of its own. */
export function writeHeaders(members: readonly Member[], values: Values, headers: Record<string, string>): void {
  for (const member of members) {
    const { httpHeader, httpPrefixHeaders } = member.traits;
    const value = values[member.name];
    if (value === undefined || value === null) continue;
    if (httpHeader) headers[httpHeader.toLowerCase()] = writeHeader(member, value);
    else if (httpPrefixHeaders !== undefined) {
      for (const [key, text] of Object.entries(value as Record<string, string>)) headers[`${httpPrefixHeaders}${key}`.toLowerCase()] = text;
    }
  }
}

function outputWriter({ output, http }: OperationModel, converters: JsonConverters): OperationCodec['writeOutput'] {
  const headers = output.members.filter(isInHeaders);
  const statusMember = output.members.find((member) => member.traits.httpResponseCode)?.name;
  const payload = output.members.find((member) => member.traits.httpPayload);
  const inBody = output.members.filter((member) => !isInHeaders(member) && !member.traits.httpResponseCode && !member.traits.httpPayload);
  const convert = converters.of({ kind: 'structure', name: output.name, members: inBody });
  const convertPayload = payload && converters.of(payload.shape);
  const bound = new Set(output.members.filter((member) => !inBody.includes(member)).map((member) => member.name));

  const bodyOf = (values: Values): Uint8Array => {
    if (payload) {
      const value = values[payload.name];
      if (payload.shape.kind === 'blob' || payload.shape.kind === 'string') return bytesOf(value);
      // Of a union one member is set, or there is nothing to write.
      if (payload.shape.kind === 'union' && (value === undefined || value === null)) return new Uint8Array();
      return Buffer.from(JSON.stringify(convertPayload ? convertPayload(value ?? {}) : (value ?? {})));
    }
    const free = bound.size === 0 ? values : Object.fromEntries(Object.entries(values).filter(([name]) => !bound.has(name)));
    return Buffer.from(JSON.stringify(convert ? convert(free) : free));
  };

  return (value, requestId) => {
    const values = value as Values;
    const status = (statusMember === undefined ? undefined : (values[statusMember] as number | undefined)) ?? http?.[2] ?? 200;
    const out: Record<string, string> = { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId };
    writeHeaders(headers, values, out);
    // An answer without content has no body, not even an empty structure.
    const body = status === 204 ? new Uint8Array() : bodyOf(values);
    return { status, headers: out, body };
  };
}

function bytesOf(value: unknown): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array();
  return typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
}

/**
 * restJson1 as a server speaks it.
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export function restJsonProtocol(): ServerProtocol {
  const readers = new JsonReaders();
  const converters = new JsonConverters();
  return {
    compile(operation) {
      return { readInput: inputReader(operation, readers), writeOutput: outputWriter(operation, converters) };
    },
    writeFailure(failure, requestId): HttpResponse {
      const { members, model } = failure;
      const headers: Record<string, string> = { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId, 'x-amzn-errortype': failure.code };
      const body = failureMembers(failure, converters);
      const inHeaders = (model?.shape.members ?? []).filter(isInHeaders);
      writeHeaders(inHeaders, members, headers);
      for (const { name } of inHeaders) delete body[name];
      return { status: failure.status, headers, body: Buffer.from(JSON.stringify(body)) };
    },
  };
}
