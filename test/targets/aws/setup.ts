import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { TestProject } from 'vitest/node';
import { describeSystem, NoSystemError } from '../../../operations/system.ts';
import { deploy, destroy } from '../cdk.ts';

/** Everything goes with the stacks, tables and what they hold too. */
const DISPOSABLE = { disposable: 'true' };

/**
 * Deploys the system to the account and Region of the environment, and destroys it at the end. Names are the system's own: where one is deployed
 * already, nothing is touched.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const region = process.env['AWS_REGION'];
  if (!region) throw new Error('Set AWS_REGION: the suite deploys to this Region of the account that your credentials are for, and destroys what it deployed.');
  await refuseWhereDeployed(region);
  const outputDirectory = mkdtempSync(join(tmpdir(), 'tickertape-aws-'));
  const where = { outputDirectory, environment: {}, context: DISPOSABLE };
  const end = async (): Promise<void> => {
    await destroy(where);
    rmSync(outputDirectory, { recursive: true, force: true });
  };
  try {
    await deploy(where);
  } catch (error) {
    await end();
    throw error;
  }
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  project.provide('target', { name: 'aws', region, ...(endpoint !== undefined && { endpoint }) });
  project.provide('assemblyDirectory', outputDirectory);
  return end;
}

async function refuseWhereDeployed(region: string): Promise<void> {
  const system = await describeSystem(new SSMClient({ region })).catch((error: unknown) => {
    if (error instanceof NoSystemError) return undefined;
    throw error;
  });
  if (system) throw new Error(`A Tickertape system is deployed in ${region} already. The suite would destroy it: give it an account or a Region of its own.`);
}
