/** A request as bytes: what a socket, a sealed function context or a test hands to `dispatch`. Header names are lower-case. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent: `/2015-03-31/functions/f/invocations?Qualifier=1`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Journal entry that led to the request: the invocation in which a function sent it. */
  readonly cause?: number | undefined;
  /** Aborted when the caller has gone: ends a long poll. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer as bytes. Header names are lower-case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Several cookies: each is a `set-cookie` header of its own, which no list in `headers` can say. */
  readonly setCookies?: readonly string[];
  /** More of the body, as it comes: an event stream. Its `return` is called when the client has gone. */
  readonly stream?: AsyncIterable<Uint8Array>;
}
