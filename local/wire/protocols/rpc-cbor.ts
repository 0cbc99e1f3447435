import { cbor, dateToTag } from '@smithy/core/cbor';
import type { HttpResponse } from '../../kernel/http.ts';
import { decodeCbor } from '../codecs/cbor.ts';
import { serializationException } from '../codecs/faults.ts';
import { JsonReaders } from '../codecs/json-reader.ts';
import { JsonConverters } from '../codecs/json-writer.ts';
import type { OperationModel } from '../model.ts';
import type { ServiceRow } from '../services.ts';
import { failureMembers, typeOf } from './aws-json.ts';
import type { OperationCodec, ServerProtocol } from './protocol.ts';

/** What CBOR has types of its own for. */
const CBOR_SCALARS = {
  number: undefined,
  blob: (value: unknown) => (typeof value === 'string' ? Buffer.from(value) : value),
  timestamp: (value: unknown) => dateToTag(value as Date),
};

/**
 * Smithy's RPC v2 in CBOR as a server speaks it: the protocol in which newer SDKs (Go, Java, Rust) talk to CloudWatch.
 * @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export function rpcCborProtocol(row: Pick<ServiceRow, 'isQueryCompatible' | 'errorNamespace' | 'longMembers'>): ServerProtocol {
  const readers = new JsonReaders({ package: row.errorNamespace, longMembers: row.longMembers });
  const converters = new JsonConverters(CBOR_SCALARS);

  const respond = (status: number, value: unknown, requestId: string): HttpResponse => ({
    status,
    headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId },
    body: cbor.serialize(value),
  });

  /** An operation that answers nothing answers no body, and so no type of one. */
  const empty = (requestId: string): HttpResponse => ({
    status: 200,
    headers: { 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId },
    body: new Uint8Array(),
  });

  return {
    compile(operation: OperationModel): OperationCodec {
      const read = readers.of(operation.input);
      const convert = converters.of(operation.output);
      return {
        readInput: ({ body }) => {
          const value = body.byteLength === 0 ? {} : decodeCbor(body);
          if (typeof value !== 'object' || value === null) throw serializationException('Unexpected value type in payload');
          return read(value) as object;
        },
        writeOutput: (output, requestId) => (operation.output.name === 'Unit' ? empty(requestId) : respond(200, convert ? convert(output) : output, requestId)),
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
