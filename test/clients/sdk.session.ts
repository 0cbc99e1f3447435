import { describe, expect, inject, it } from 'vitest';
import { runSession } from './commands.ts';
import { CLIENTS, clientEnvironment } from './settings.ts';

const environment = clientEnvironment(inject('place'));

const SESSIONS = [
  { name: 'boto3', command: CLIENTS.python, args: ['-X', 'utf8', '-B', 'test/clients/python/session.py'] },
  { name: 'AWS SDK for Go v2', command: CLIENTS.go, args: [] },
];

for (const { name, command, args } of SESSIONS) {
  if (command === undefined) continue;
  // A session names its own cases, so it runs before they can be told of.
  const cases = await runSession(command, args, environment);
  describe(name, () => {
    for (const { name: what, error } of cases) it(what, () => expect(error ?? '').toBe(''));
  });
}

it('has at least one session to run', () => {
  expect(SESSIONS.filter(({ command }) => command !== undefined).map(({ name }) => name)).not.toEqual([]);
});
