import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { expect, inject, it, onTestFinished } from 'vitest';
import { Plane } from '../../local/index.ts';

/** Two runs of the CDK's command line, each of which starts Node anew and writes archives. */
const TEST_MS_MAX = 180_000;

it(
  'cdk deploy, diff and destroy work on an empty plane, with nothing but its address',
  async () => {
    const bugs: unknown[] = [];
    const plane = new Plane({ seed: 1, threads: 1, onBug: (error) => bugs.push(error) });
    onTestFinished(() => plane.close());
    const endpoint = await plane.listen(0);
    const home = mkdtempSync(join(tmpdir(), 'tickertape-test-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      CI: 'true',
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'operator',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const cdk = async (...args: string[]): Promise<string> => {
      const cli = ['node_modules/aws-cdk/bin/cdk', ...args, '--app', inject('assemblyDirectory'), '--no-notices'];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, cli, { env, maxBuffer: 16 * 1024 * 1024 });
      return stdout + stderr;
    };
    const cfn = new CloudFormation(plane.clientSettings());

    await cdk('deploy', '--all', '--require-approval', 'never');
    const stacks = (await cfn.describeStacks({})).Stacks ?? [];
    expect(stacks.length).toBeGreaterThan(7);
    expect(stacks.filter(({ StackStatus }) => StackStatus !== 'CREATE_COMPLETE')).toEqual([]);
    const api = plane.deployment.resources().find(({ type }) => type === 'AWS::ApiGatewayV2::Api');
    const answer = await fetch(`${endpoint}/_aws/execute-api/${api?.physicalId}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'first' },
      body: JSON.stringify({
        customerId: 'c1',
        email: 'ann@mail.example',
        lines: [{ sku: 'cd', quantity: 1 }],
        totalCents: 1000,
        currency: 'USD',
        cardToken: 'tok_visa',
      }),
    });
    expect([answer.status, await answer.json()]).toEqual([202, { orderId: expect.any(String), status: 'PLACED', token: expect.any(String) }]);

    expect(await cdk('diff', '--all')).toContain('Number of stacks with differences: 0');
    await cdk('destroy', '--all', '--force');
    expect((await cfn.describeStacks({})).Stacks?.map(({ StackName }) => StackName)).toEqual(['CDKToolkit']);
    expect(bugs).toEqual([]);
  },
  TEST_MS_MAX,
);
