import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { HttpResponse } from '../../kernel/http.ts';
import { coralFault } from '../codecs/coral-wording.ts';
import { eventStreamWriter } from '../codecs/event-stream.ts';
import { serializationException } from '../codecs/faults.ts';
import { JsonReaders } from '../codecs/json-reader.ts';
import { JsonConverters } from '../codecs/json-writer.ts';
import type { Failure } from '../failure.ts';
import type { OperationModel } from '../model.ts';
import type { ServiceRow } from '../services.ts';
import type { StructureShape } from '../shapes.ts';
import type { OperationCodec, ServerProtocol, WireRequest } from './protocol.ts';

const EMPTY = Buffer.alloc(0);

/** Parses JSON. Throws `SerializationException`. */
export function parseJson(body: Uint8Array): unknown {
  // Decoding would put a replacement character where bytes are wrong, and store what nobody sent.
  if (!isUtf8(body)) throw serializationException('The request body is not valid UTF-8');
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw serializationException('The request body is not valid JSON');
    throw error;
  }
}

/** Parses a JSON body that is a structure; nothing is as good as an empty one. Throws `SerializationException`. */
export function parseJsonBody(body: Uint8Array): object {
  if (body.byteLength === 0) return {};
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null) throw serializationException('Unexpected value type in payload');
  return value;
}

/** `__type` of an error: the model's namespace, or that of the framework behind AWS's services. */
export function typeOf(failure: Failure, errorNamespace: string | undefined): string {
  if (failure.model) return `${errorNamespace ?? failure.model.namespace}#${failure.code}`;
  return `com.amazon.coral.${failure.code === 'ValidationException' ? 'validate' : 'service'}#${failure.code}`;
}

/** The members of an error as a JSON value, the message among them. */
export function failureMembers(failure: Failure, converters: JsonConverters): Record<string, unknown> {
  const { model, members, message } = failure;
  if (!model) return { message, ...members };
  const convert = converters.of(model.shape);
  return { [model.messageMember]: message, ...((convert ? convert(members) : members) as object) };
}

/** Reads an input from a body. Where the service has an older reader its words are found by reading the body once more. */
function inputReader(shape: StructureShape, readers: JsonReaders, hasCoralWording: true | undefined): (request: WireRequest) => object {
  const read = readers.of(shape);
  if (!hasCoralWording) return ({ body }) => read(parseJsonBody(body)) as object;
  return ({ body }) => {
    try {
      return read(parseJsonBody(body)) as object;
    } catch (error) {
      throw coralFault(error, shape, parseJsonBody(body));
    }
  };
}

/**
 * awsJson 1.0 and 1.1 as a server speaks them.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function awsJsonProtocol(
  row: Pick<ServiceRow, 'protocol' | 'hasChecksum' | 'isQueryCompatible' | 'errorNamespace' | 'longMembers' | 'hasCoralWording'>,
): ServerProtocol {
  const contentType = row.protocol === 'awsJson1.1' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0';
  const readers = new JsonReaders({ package: row.errorNamespace, longMembers: row.longMembers });
  const converters = new JsonConverters();

  const respond = (status: number, value: unknown, requestId: string): HttpResponse => send(status, Buffer.from(JSON.stringify(value)), requestId);

  const send = (status: number, body: Buffer, requestId: string): HttpResponse => {
    if (!row.hasChecksum) return { status, headers: { 'content-type': contentType, 'x-amzn-requestid': requestId }, body };
    return { status, headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, 'x-amz-crc32': String(crc32(body)) }, body };
  };

  return {
    compile(operation: OperationModel): OperationCodec {
      const readInput = inputReader(operation.input, readers, row.hasCoralWording);
      // An operation that answers nothing answers no body, not even an empty structure.
      if (operation.output.name === 'Unit') return { readInput, writeOutput: (_output, requestId) => send(200, EMPTY, requestId) };
      const writeStream = eventStreamWriter(operation.output, converters, contentType);
      if (writeStream) return { readInput, writeOutput: writeStream };
      const convert = converters.of(operation.output);
      return {
        readInput,
        writeOutput: (output, requestId) => respond(200, convert ? convert(output) : output, requestId),
      };
    },
    writeFailure(failure, requestId) {
      const value = { __type: typeOf(failure, row.errorNamespace), ...failureMembers(failure, converters) };
      const response = respond(failure.status, value, requestId);
      if (!row.isQueryCompatible) return response;
      return { ...response, headers: { ...response.headers, 'x-amzn-query-error': `${failure.queryCode};${failure.isSender ? 'Sender' : 'Receiver'}` } };
    },
  };
}
