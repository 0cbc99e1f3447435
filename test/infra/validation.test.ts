import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tickertape-validation-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the app as CI does; with validation on, any finding makes synth throw. */
function synth(outdir: string, environment: Record<string, string | undefined>): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'infra/app.ts'], { env: { ...process.env, CDK_OUTDIR: outdir, ...environment }, stdio: 'pipe' });
}

it('has no finding of cdk-nag and of the CDK itself, and makes the same templates on the fast path', { timeout: 60_000 }, () => {
  const full = join(folder, 'full');
  const fast = join(folder, 'fast');
  synth(full, { CDK_VALIDATION: undefined });
  synth(fast, { CDK_VALIDATION: 'false', CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:disable-asset-staging': true }) });
  expect(JSON.parse(readFileSync(join(full, 'validation-report.json'), 'utf8'))).toMatchObject({ pluginReports: [] });
  for (const stack of ['TickertapeBackbone', 'TickertapePayments']) {
    expect(readFileSync(join(fast, `${stack}.template.json`), 'utf8'), stack).toBe(readFileSync(join(full, `${stack}.template.json`), 'utf8'));
  }
});

it('would have a finding, were there something to find', { timeout: 60_000 }, () => {
  const validation = process.env['CDK_VALIDATION'];
  delete process.env['CDK_VALIDATION'];
  try {
    const app = new App({ outdir: join(folder, 'bad') });
    new CfnQueue(new Stack(app, 'Bad'), 'Queue');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow();
  } finally {
    if (validation !== undefined) process.env['CDK_VALIDATION'] = validation;
  }
});
