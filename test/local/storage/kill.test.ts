import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openDataFolder } from '../../../local/storage/index.ts';

const WRITER = fileURLToPath(new URL('./writer.process.ts', import.meta.url));

/** Lets the writer acknowledge `count` more records, kills it with -9, and answers the last number it acknowledged. */
async function writeAndKill(directory: string, count: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', WRITER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let seen = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    seen += chunk.toString().split('\n').length - 1;
    if (seen >= count) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('close', resolve));
  return Number(output.split('\n').at(-2));
}

it('kill -9 loses no acknowledged record and leaves no half batch', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tickertape-kill-'));
  let last = -1;
  for (const count of [1, 700, 1500]) {
    const acknowledged = await writeAndKill(directory, count);
    expect(acknowledged).toBeGreaterThan(last);
    last = acknowledged;
    const folder = openDataFolder(directory);
    const left = folder.open('left');
    expect(left.size).toBeGreaterThan(acknowledged);
    expect([...folder.open('right').keys()].sort()).toEqual([...left.keys()].sort());
    for (let number = 0; number <= acknowledged; number += 1) expect(left.get(String(number))).toMatchObject({ number });
    folder.close();
  }
}, 60_000);
