import type { HttpResponse } from '../../kernel/http.ts';
import { parseXml, XmlReaders } from '../codecs/xml-reader.ts';
import { escapeXml, XmlWriters } from '../codecs/xml-writer.ts';
import type { OperationModel } from '../model.ts';
import type { ServiceRow } from '../services.ts';
import type { Member, Shape } from '../shapes.ts';
import type { OperationCodec, ServerProtocol } from './protocol.ts';
import { bindingOf, writeHeaders } from './rest-json.ts';

const CONTENT_TYPE = 'application/xml';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

type Values = Record<string, unknown>;

const textOf = (body: Uint8Array): string => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');

const isBlob = (shape: Shape): boolean => shape.kind === 'blob';

function inputReader({ input }: OperationModel, readers: XmlReaders): OperationCodec['readInput'] {
  const binds = input.members.map(bindingOf).filter((bind) => bind !== undefined);
  // What is bound to nothing is the payload: S3 has no input with a body of several members.
  const payload = input.members.find((member) => member.traits.httpPayload);
  const read = payload && !isBlob(payload.shape) && payload.shape.kind !== 'string' ? readers.of(payload.shape) : undefined;
  return (wire) => {
    const { body, request } = wire;
    const values: Values = {};
    if (payload && isBlob(payload.shape)) values[payload.name] = body;
    else if (payload && body.byteLength > 0) values[payload.name] = read ? read(parseXml(textOf(body))) : textOf(body);
    const queryStart = request.target.indexOf('?');
    const query = new URLSearchParams(queryStart < 0 ? '' : request.target.slice(queryStart + 1));
    for (const bind of binds) bind(values, wire, query);
    return values;
  };
}

const isBound = ({ traits }: Member): boolean =>
  traits.httpHeader !== undefined || traits.httpResponseCode !== undefined || traits.httpPrefixHeaders !== undefined;

function outputWriter({ output, http }: OperationModel, writers: XmlWriters, namespace: string): OperationCodec['writeOutput'] {
  const bound = output.members.filter(isBound);
  const payload = output.members.find((member) => member.traits.httpPayload);
  const inBody = payload ? [] : output.members.filter((member) => !isBound(member));
  const open = (name: string, content: string): Uint8Array => Buffer.from(`${DECLARATION}<${name} xmlns="${namespace}">${content}</${name}>`);
  const write = writers.of(payload ? payload.shape : { kind: 'structure', name: output.name, members: inBody });
  const bodyOf = (values: Values): Uint8Array => {
    if (payload) {
      const value = values[payload.name];
      if (value === undefined || value === null) return new Uint8Array();
      if (isBlob(payload.shape)) return value as Uint8Array;
      if (payload.shape.kind === 'string') return Buffer.from(String(value));
      const structureName = 'name' in payload.shape ? payload.shape.name : payload.name;
      return open(payload.traits.xmlName ?? structureName, write(value));
    }
    if (inBody.length === 0) return new Uint8Array();
    const root = output.xmlName ?? output.name;
    // The one answer whose only member is its root: S3's location of a bucket.
    if (inBody.length === 1 && inBody[0]?.name === root) return open(root, escapeXml(String(values[root] ?? '')));
    return open(root, write(values));
  };
  return (value, requestId) => {
    const values = value as Values;
    const body = bodyOf(values);
    const isXml = body.byteLength > 0 && !(payload && (isBlob(payload.shape) || payload.shape.kind === 'string'));
    const headers: Record<string, string> = { ...(isXml && { 'content-type': CONTENT_TYPE }), 'x-amz-request-id': requestId, 'x-amz-id-2': requestId };
    writeHeaders(bound, values, headers);
    const isPart = values['ContentRange'] !== undefined;
    return { status: isPart ? 206 : (http?.[2] ?? 200), headers, body };
  };
}

/**
 * restXml as a server speaks it, in the form that S3 has.
 * @see https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
 */
export function restXmlProtocol(row: Pick<ServiceRow, 'xmlNamespace'>): ServerProtocol {
  const readers = new XmlReaders();
  const writers = new XmlWriters();
  return {
    compile(operation) {
      return { readInput: inputReader(operation, readers), writeOutput: outputWriter(operation, writers, row.xmlNamespace ?? '') };
    },
    writeFailure({ queryCode, message, members, status }, requestId): HttpResponse {
      const headers: Record<string, string> = { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId };
      if (status === 304) return { status, headers, body: new Uint8Array() };
      const further = Object.entries(members).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
      const error = `<Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(message)}</Message>${further.join('')}`;
      const body = `${DECLARATION}<Error>${error}<RequestId>${requestId}</RequestId><HostId>${requestId}</HostId></Error>`;
      return { status, headers: { ...headers, 'content-type': CONTENT_TYPE }, body: Buffer.from(body) };
    },
  };
}
