import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { RunDigest } from '../world/journal-run.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const end of cleanUp.splice(0)) end();
});

/** A home whose AWS files are pipes that nobody writes to: whoever opens one waits for ever. */
function poisonedHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'tickertape-home-'));
  cleanUp.push(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, '.aws'));
  for (const name of ['config', 'credentials']) execFileSync('mkfifo', [join(home, '.aws', name)]);
  return home;
}

/** Keeps the machine busy until the test ends. */
function burn(): void {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  cleanUp.push(() => child.kill('SIGKILL'));
}

/** Runs 200 orders on a virtual clock in a process of its own. */
async function run(seed: string, home: string): Promise<RunDigest> {
  const { HOME: _home, ...environment } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'test/world/journal-run.process.ts', inject('assemblyDirectory'), seed], {
    env: { ...environment, HOME: home },
    timeout: 60_000,
  });
  return JSON.parse(stdout) as RunDigest;
}

describe('a run on a virtual clock', () => {
  it('is the same for one seed, byte for byte, on an idle and on a busy machine, another for another seed, and never opens ~/.aws', {
    timeout: 120_000,
  }, async () => {
    const home = poisonedHome();
    const idle = await run('a', home);
    burn();
    burn();
    const busy = await run('a', home);
    const other = await run('b', home);
    expect(idle.bugs).toEqual([]);
    expect(idle.events).toMatchObject({ OrderPlaced: 200, PaymentFailed: 25 });
    expect(Math.min(idle.events['PaymentRefunded'] ?? 0, idle.events['OrderConfirmed'] ?? 0)).toBeGreaterThan(0);
    expect(busy).toEqual(idle);
    expect(other.sha256).not.toBe(idle.sha256);
    expect(other.events['OrderPlaced']).toBe(200);
  });
});
