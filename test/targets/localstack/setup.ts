import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bootstrap, deploy } from '../cdk.ts';
import { startContainer } from './container.mjs';

/** The last version that needs no account. */
const IMAGE = 'localstack/localstack:4.14.0';
const REGION = 'us-east-1';

/** Stacks that LocalStack cannot deploy: its `AWS::SES::EmailIdentity` fails. */
const LEFT_OUT = ['TickertapeNotifications'];

/**
 * Starts LocalStack and deploys the system to it as one does to AWS: `cdk bootstrap`, `cdk deploy`. Where it listens already, `LOCALSTACK_ENDPOINT` says so.
 * `LOCALSTACK_LAMBDA_EXECUTOR=local` is for images that run functions without containers of their own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['LOCALSTACK_ENDPOINT'];
  const running = given ? undefined : await startContainer({ image: IMAGE, executor: process.env['LOCALSTACK_LAMBDA_EXECUTOR'] });
  const endpoint = given ?? running?.endpoint ?? '';
  const outputDirectory = mkdtempSync(join(tmpdir(), 'tickertape-localstack-'));
  const end = async (): Promise<void> => {
    await running?.stop();
    rmSync(outputDirectory, { recursive: true, force: true });
  };
  const where = {
    outputDirectory,
    environment: { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_S3: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: REGION },
  };
  try {
    await bootstrap({ ...where, accountId: '000000000000', region: REGION });
    await deploy({ ...where, leftOut: LEFT_OUT });
  } catch (error) {
    await end();
    throw error;
  }
  project.provide('target', { name: 'localstack', endpoint, region: REGION });
  project.provide('assemblyDirectory', outputDirectory);
  return end;
}
