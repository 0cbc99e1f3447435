import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../../cli/exit-codes.ts';
import { describeError } from '../../../cli/output/errors.ts';
import { createProgram } from '../../../cli/program.ts';
import { Journal } from '../../../local/kernel/journal.ts';
import { connect, followFlow } from '../../../operations/api/client.ts';
import { apiRoutes } from '../../../operations/api/routes.ts';
import { FlowRecorder } from '../../../operations/flow/flow-recorder.ts';
import type { Operations } from '../../../operations/operations.ts';

/** A server of somebody else. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An operations API whose operations all fail. */
const FAILING = new Proxy({} as Operations, { get: () => () => Promise.reject(Object.assign(new Error('No such'), { name: 'UnknownIdError' })) });

it.each([
  { name: 'the port of the AWS services', status: 404, body: '{"message":"No service of AWS answers this method and path."}' },
  { name: 'a page', status: 200, body: '<html></html>' },
  { name: 'JSON that looks like an answer', status: 200, body: '{}' },
])('says that it is not the operations API: $name', async ({ status, body }) => {
  const url = await serve((_request, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body));
  const error = await connect(url)
    .status({})
    .catch((problem: unknown) => problem);
  const { message, advice, exitCode } = describeError(error);
  expect({ message, advice, exitCode }).toEqual({
    message: `What answers at ${url} is not Tickertape's operations API`,
    advice: 'Give --console the address that `start` prints as Console.',
    exitCode: EXIT.unreachable,
  });
  const following = followFlow(url, new AbortController().signal).next();
  await expect(following).rejects.toThrow(message);
});

it('takes answers and errors of an operations API', async () => {
  const flow = new FlowRecorder(new Journal({ nowMs: () => 0, capacity: 10 }));
  const routes = apiRoutes({ ...FAILING, status: async () => ({ api: 'here' }) as never, trace: FAILING.trace } as Operations, flow);
  const url = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const headers = request.headers as Record<string, string>;
      const answer = await routes({ method: request.method ?? '', target: request.url ?? '', headers, body: Buffer.concat(chunks) });
      if (answer && 'body' in answer) response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    });
  });
  const operations = connect(url);
  expect(await operations.status({})).toEqual({ api: 'here' });
  await expect(operations.trace({ key: 'x' })).rejects.toMatchObject({ name: 'UnknownIdError', message: 'No such' });
});

it('refuses a console that is no address before anything is called', async () => {
  const program = createProgram();
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput({ writeErr: () => {} });
  await expect(program.parseAsync(['--console', 'foo', 'status'], { from: 'user' })).rejects.toMatchObject({ code: 'commander.invalidArgument' });
});
