import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

it('ends in silence where nobody reads on', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'completion', 'bash']);
  child.stdout.destroy();
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8');
  });
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  expect({ exitCode, complaint }).toEqual({ exitCode: 0, complaint: '' });
});
