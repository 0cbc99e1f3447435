import type { HttpRequest, HttpResponse } from '../../kernel/http.ts';
import type { Failure } from '../failure.ts';
import type { OperationModel } from '../model.ts';

/** A request whose service and operation are known, its body decompressed. */
export interface WireRequest {
  readonly request: HttpRequest;
  readonly body: Uint8Array;
  /** The form of an awsQuery request. */
  readonly form: URLSearchParams | undefined;
  /** What the labels of a REST path were filled with, decoded. */
  readonly labels: Readonly<Record<string, string>> | undefined;
}

/** Both directions of one operation, compiled once. */
export interface OperationCodec {
  /** Reads the typed input. Throws `SerializationException` where the bytes are none. */
  readInput(request: WireRequest): object;
  writeOutput(output: object, requestId: string): HttpResponse;
}

/** One AWS protocol as its server speaks it, for one service. */
export interface ServerProtocol {
  compile(operation: OperationModel): OperationCodec;
  /** `operation` is `undefined` where the request names none. */
  writeFailure(failure: Failure, requestId: string, operation?: string): HttpResponse;
}
