/** Path of the operations API below the console's address: `POST /api/<operation>`, and `GET /api/stream` for server-sent events. */
export const API_PATH = '/api/';
export const STREAM_PATH = '/api/stream';

/** Header of every answer of the operations API, and of no other server's: who finds it missing has called somebody else. */
export const ANSWER_HEADER = 'x-tickertape-operations';

/** Header that every call carries: a page of another origin cannot send it without asking first, and the answer to that is no. */
export const CALL_HEADER = 'x-tickertape';

/** An operation's error as it crosses a process. `name` says its kind. */
export interface Problem {
  readonly name: string;
  readonly message: string;
}
