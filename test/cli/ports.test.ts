import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { checkPorts } from '../../cli/local-checks.ts';
import { ANSWER_HEADER } from '../../operations/api/protocol.ts';

/** A server on a port of its own that answers every call the same. */
async function listening(headers: Record<string, string>, body = '{}'): Promise<number> {
  const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

it("knows Tickertape's own console and the port of its services from another program", async () => {
  const services = await listening({});
  const console = await listening({ [ANSWER_HEADER]: '1' }, JSON.stringify({ endpoint: `http://127.0.0.1:${services}` }));
  expect(await checkPorts(false, [services, console], console)).toEqual({
    name: 'ports',
    status: 'ok',
    text: `a Tickertape runs here; it has ${services}, ${console}`,
  });
});

it('names the ports that another program has', async () => {
  const [other, console] = [await listening({}), await listening({ [ANSWER_HEADER]: '1' })];
  expect(await checkPorts(false, [other, console], console)).toMatchObject({
    status: 'warning',
    text: `a Tickertape runs here; it has ${console}; ${other} taken by another program`,
  });
  expect(await checkPorts(false, [other], other)).toMatchObject({ status: 'warning', text: `${other} taken by another program` });
});
