import type { Answer, HttpFunction } from './http.ts';
import type { Reader } from './work.ts';

/** A read over HTTP. */
export interface QueryRequest {
  /** Parameters of the path: `/orders/{orderId}` gives `path.orderId`. Decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** What a query handler declares. */
export interface QueryOptions {
  readonly name: string;
}

/** Answers a read. Throw `notFound('order', id)` where there is nothing. */
export type QueryHandler = (request: QueryRequest, reader: Reader) => Promise<Answer>;

/** Makes the Lambda handler of a read behind an HTTP API. */
export function query(options: QueryOptions, handle: QueryHandler): HttpFunction {
  throw new Error(`${options.name} ${handle.name}`);
}
