import type { FollowedChange } from '../flow/flow-event.ts';
import { OPERATION_NAMES, type Operations } from '../operations.ts';
import { ANSWER_HEADER, API_PATH, CALL_HEADER, type Problem, STREAM_PATH } from './protocol.ts';

/** An operation failed on the other side; `name` is the kind of the error there. */
export class RemoteError extends Error {
  constructor(problem: Problem) {
    super(problem.message);
    this.name = problem.name;
  }
}

/** Nobody answers at the address. */
export class UnreachableError extends Error {
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`No Tickertape answers at ${url}`, { cause });
    this.name = 'UnreachableError';
    this.url = url;
  }
}

/** Somebody answers at the address, but no operations API: the AWS services of the plane, perhaps, or another program. */
export class NotOperationsApiError extends Error {
  constructor(url: string) {
    super(`What answers at ${url} is not Tickertape's operations API`);
    this.name = 'NotOperationsApiError';
  }
}

/** The system ended while it was followed. */
export class StreamEndedError extends Error {
  constructor(url: string, options?: { cause?: unknown }) {
    super(`The system at ${url} has ended`, options);
    this.name = 'StreamEndedError';
  }
}

/** An answer of the operations API. Throws `UnreachableError` or `NotOperationsApiError` where there is none. */
async function answerOf(url: string, request: RequestInit): Promise<Response> {
  const { origin } = new URL(url);
  const answer = await fetch(url, request).catch((error: unknown) => {
    throw request.signal?.aborted ? error : new UnreachableError(origin, error);
  });
  if (answer.headers.has(ANSWER_HEADER)) return answer;
  await answer.body?.cancel();
  throw new NotOperationsApiError(origin);
}

async function post(url: string, request: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', [CALL_HEADER]: '1' };
  const answer = await answerOf(url, { method: 'POST', headers, body: JSON.stringify(request) });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new RemoteError(body as Problem);
  return body;
}

/** The operations of a plane that runs in another process, by its console address (`http://127.0.0.1:4400`). */
export function connect(consoleUrl: string): Operations {
  const call = (name: string) => (request: object) => post(new URL(API_PATH + name, consoleUrl).href, request);
  return Object.fromEntries(OPERATION_NAMES.map((name) => [name, call(name)])) as unknown as Operations;
}

/** The pieces of an answer's body. Throws `StreamEndedError` where the connection breaks off. */
async function* piecesOf(answer: Response, consoleUrl: string): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body ?? [];
  } catch (cause) {
    throw new StreamEndedError(consoleUrl, { cause });
  }
}

/** What happens from now on, until `signal` is aborted. Ends where the other side ends. */
export async function* followFlow(consoleUrl: string, signal: AbortSignal): AsyncGenerator<FollowedChange> {
  const answer = await answerOf(new URL(STREAM_PATH, consoleUrl).href, { signal });
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of piecesOf(answer, consoleUrl)) {
    pending += decoder.decode(chunk, { stream: true });
    const frames = pending.split('\n\n');
    pending = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice('data: '.length))
        .join('\n');
      if (data) yield JSON.parse(data) as FollowedChange;
    }
  }
}
