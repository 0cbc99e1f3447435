import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, it, onTestFinished, vi } from 'vitest';
import { why } from '../../cli/commands/why.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import type { GlobalOptions } from '../../cli/global-options.ts';
import { describeError } from '../../cli/output/errors.ts';
import { handlingText } from '../../cli/output/flow-line.ts';
import { ANSWER_HEADER } from '../../operations/api/protocol.ts';
import { cancelReplay } from '../../operations/replays/replay.ts';

/** The address of a console that answers every call so. */
async function consoleOf(answer: object): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(200, { [ANSWER_HEADER]: '1' }).end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  { verdict: 'unknown-event', exitCode: EXIT.notFound },
  { verdict: 'processed', exitCode: EXIT.ok },
])('ends `why` with $exitCode where the verdict is $verdict, its explanation printed', async ({ verdict, exitCode }) => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => void written.mockRestore());
  const explanation = { eventId: 'nosuch', consumer: 'inventory', verdict, because: 'because of this', clauses: [], steps: [] };
  const ended = await why('nosuch', 'inventory', { console: await consoleOf(explanation) } as GlobalOptions).then(
    () => EXIT.ok,
    (error: unknown) => describeError(error).exitCode,
  );
  expect(ended).toBe(exitCode);
  expect(written.mock.calls.map(([text]) => String(text)).join('')).toContain('because of this');
});

/** EventBridge with one replay, which refuses to cancel it. */
const refusing = (State: string): EventBridgeClient =>
  ({
    send: async (command: object) => {
      if (command.constructor.name === 'CancelReplayCommand') throw Object.assign(new Error('Not in a valid state.'), { name: 'IllegalStatusException' });
      return { ReplayName: 'again', State, ReplayEndTime: new Date('2026-01-05T08:00:00Z') };
    },
  }) as unknown as EventBridgeClient;

it.each(['COMPLETED', 'CANCELLED', 'FAILED'])('refuses to cancel a replay that is %s', async (state) => {
  const error = await cancelReplay(refusing(state), 'again').catch((problem: unknown) => problem);
  const { message, exitCode } = describeError(error);
  expect(message).toBe(`The replay "again" has ended at 2026-01-05T08:00:00.000Z (${state}): there is nothing to cancel`);
  expect(exitCode).toBe(EXIT.refused);
});

it('takes a replay that is being cancelled already as cancelled', async () => {
  expect(await cancelReplay(refusing('CANCELLING'), 'again')).toMatchObject({ name: 'again', state: 'CANCELLING' });
});

it('marks what a replay brought', () => {
  const handling = { consumer: 'analytics', state: 'done', queuedAtMs: 0, startedAtMs: 1, endedAtMs: 12, error: undefined } as const;
  expect(handlingText({ ...handling, attempts: 1, replayName: 'again' })).toMatch(/done.* \(replayed\).* 12 ms$/);
  expect(handlingText({ ...handling, attempts: 2, replayName: 'again' })).toMatch(/\(replayed, attempt 2\)/);
  expect(handlingText({ ...handling, attempts: 1 })).not.toMatch(/\(/);
});
