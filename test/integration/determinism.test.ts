import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../world/assembly-copy.ts';
import type { RunDigest } from '../world/journal-run.ts';

const RUN_MS_MAX = 110_000;

/** Runs 200 orders in a process of their own. */
function runApart(seed: string, environment: Readonly<Record<string, string>> = {}): Promise<RunDigest> {
  return new Promise((resolve, reject) => {
    const script = ['--import', 'tsx', 'test/world/journal-run.process.ts', inject('assemblyDirectory'), seed];
    const child = spawn(process.execPath, script, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_MS_MAX });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output) as RunDigest);
      else reject(new Error(`The run ended with ${signal ?? code}: ${errors}`));
    });
  });
}

/** Keeps a processor busy until the test has ended. */
function burnProcessor(): ChildProcess {
  const burner = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  onTestFinished(() => void burner.kill('SIGKILL'));
  return burner;
}

/**
 * A home whose `.aws` holds pipes that nobody writes to: who opens one to read waits for ever, and with it the process that did. That a run ends says that
 * it opened neither.
 */
function poisonedHome(): Record<string, string> {
  const home = temporaryFolder();
  mkdirSync(join(home, '.aws'));
  const files = ['config', 'credentials'].map((name) => join(home, '.aws', name));
  execFileSync('mkfifo', files);
  return { HOME: home, AWS_CONFIG_FILE: files[0] as string, AWS_SHARED_CREDENTIALS_FILE: files[1] as string, AWS_PROFILE: 'evil', AWS_REGION: 'evil-1' };
}

it(
  'journals the same run byte for byte for one seed, whatever else the machine does and whatever ~/.aws holds, and another for another',
  async () => {
    burnProcessor();
    const [quiet, poisoned, other] = await Promise.all([runApart('one'), runApart('one', poisonedHome()), runApart('another')]);
    expect(poisoned).toEqual(quiet);
    expect(other.sha256).not.toBe(quiet.sha256);
    expect(quiet.bugs).toEqual([]);
    // All ways that an order can end were taken, and the same in both worlds.
    const { OrderPlaced, OrderConfirmed, OrderCancelled, PaymentRefunded, PaymentFailed } = quiet.events;
    expect({ OrderPlaced, PaymentFailed }).toEqual({ OrderPlaced: 200, PaymentFailed: 25 });
    // The rest are the 25 that no gateway ever answered for.
    expect(Number(OrderConfirmed) + Number(OrderCancelled)).toBe(200 - 25);
    expect(Number(OrderCancelled)).toBe(Number(PaymentRefunded) + Number(PaymentFailed));
    expect(Number(PaymentRefunded)).toBeGreaterThan(0);
  },
  2 * RUN_MS_MAX,
);
