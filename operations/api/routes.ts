import type { HttpRequest, HttpResponse, Routes, StreamingResponse } from '../../local/index.ts';
import type { FlowChange, FollowedChange } from '../flow/flow-event.ts';
import type { FlowRecorder } from '../flow/flow-recorder.ts';
import { OPERATION_NAMES, type Operations } from '../operations.ts';
import { ANSWER_HEADER, API_PATH, CALL_HEADER, type Problem, STREAM_PATH } from './protocol.ts';

/** Errors that say something about the request; every other is a failure on this side. */
const CALLER_ERRORS =
  /^(Unknown|NoSuch|NoSystem|NoMapping|SchemaInvalid|FilterInvalid|PayloadTooLarge|RedriveRunning|RedriveOption|ReplayWindow|NotRedrivable|NotEditable|MomentInvalid)/;

/** Changes that wait for a slow reader at most; beyond it the oldest go, and a line says how many. */
const WAITING_MAX = 10_000;

const JSON_TYPE = { 'content-type': 'application/json', [ANSWER_HEADER]: '1' };

function json(status: number, body: unknown): HttpResponse {
  return { status, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(body ?? null)) };
}

function problem(status: number, name: string, message: string): HttpResponse {
  const body: Problem = { name, message };
  return json(status, body);
}

async function call(operations: Operations, request: HttpRequest, name: string): Promise<HttpResponse> {
  const known = OPERATION_NAMES.find((operation) => operation === name);
  if (!known) return problem(404, 'NoSuchOperation', `There is no operation "${name}". There are: ${OPERATION_NAMES.join(', ')}`);
  if (request.method !== 'POST') return problem(405, 'MethodNotAllowed', `Operations are called with POST, not ${request.method}`);
  if (request.headers[CALL_HEADER] === undefined) return problem(403, 'HeaderMissing', `Every call carries the header ${CALL_HEADER}`);
  let input: never;
  try {
    input = JSON.parse(Buffer.from(request.body).toString('utf8') || '{}') as never;
  } catch (error) {
    return problem(400, 'NotJson', `The body is not JSON: ${(error as Error).message}`);
  }
  try {
    return json(200, await operations[known](input));
  } catch (error) {
    const { name: kind, message } = error as Error;
    return problem(CALLER_ERRORS.test(kind) ? 400 : 500, kind, message);
  }
}

/** Changes as server-sent events, from now until the reader has gone. */
async function* follow(flow: FlowRecorder, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const waiting: FlowChange[] = [];
  let dropped = 0;
  let wake = (): void => {};
  const end = flow.listen((change) => {
    waiting.push(change);
    if (waiting.length > WAITING_MAX) {
      waiting.shift();
      dropped += 1;
    }
    wake();
  });
  signal?.addEventListener('abort', () => wake());
  try {
    yield ': following\n\n';
    while (!signal?.aborted) {
      if (dropped > 0) yield `data: ${JSON.stringify({ kind: 'dropped', count: dropped } satisfies FollowedChange)}\n\n`;
      dropped = 0;
      const frames = waiting.splice(0).map((change) => `data: ${JSON.stringify(change)}\n\n`);
      if (frames.length > 0) yield frames.join('');
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    end();
  }
}

/** The operations API of a plane: `POST /api/<operation>` and `GET /api/stream`. For this machine only: a `Host` that is not loopback is refused. */
export function apiRoutes(operations: Operations, flow: FlowRecorder): Routes {
  return (request): Promise<HttpResponse | StreamingResponse> | undefined => {
    const path = request.target.split('?')[0] ?? '';
    if (!path.startsWith(API_PATH)) return undefined;
    const host = (request.headers['host'] ?? request.headers[':authority'] ?? '').replace(/:\d+$/, '');
    if (!['127.0.0.1', 'localhost', '[::1]'].includes(host))
      return Promise.resolve(problem(403, 'NotLoopback', `This answers on this machine only, not as "${host}"`));
    if (path !== STREAM_PATH) return call(operations, request, path.slice(API_PATH.length));
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', [ANSWER_HEADER]: '1' };
    return Promise.resolve({ status: 200, headers, stream: follow(flow, request.signal) });
  };
}
