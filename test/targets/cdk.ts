import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CDK = resolve('node_modules/aws-cdk/bin/cdk');

/** Where the CDK deploys to. */
export interface Deployment {
  /** Folder that the assembly is written to. */
  readonly outputDirectory: string;
  /** Added to the environment: endpoint, credentials, Region. */
  readonly environment: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
}

/** `cdk bootstrap`: bucket and roles that `cdk deploy` needs, once for an account and Region. */
export async function bootstrap({
  environment,
  accountId,
  region,
  outputDirectory,
}: Deployment & { readonly accountId: string; readonly region: string }): Promise<void> {
  await cdk(['bootstrap', `aws://${accountId}/${region}`], environment, outputDirectory);
}

/** `cdk deploy` of all stacks, or of all but some. */
export async function deploy(deployment: Deployment & { readonly leftOut?: readonly string[] }): Promise<void> {
  const listed = await cdk([...appArguments(deployment), 'list'], deployment.environment);
  const stacks = listed.split('\n').filter((name) => name !== '' && !deployment.leftOut?.includes(name));
  const how = ['--exclusively', '--require-approval', 'never', '--concurrency', '4', '--progress', 'events'];
  await cdk([...appArguments(deployment), 'deploy', ...stacks, ...how], deployment.environment);
}

/** `cdk destroy` of all stacks. */
export async function destroy(deployment: Deployment): Promise<void> {
  await cdk([...appArguments(deployment), 'destroy', '--all', '--force'], deployment.environment);
}

function appArguments({ outputDirectory, context = {} }: Deployment): string[] {
  return ['--output', outputDirectory, ...Object.entries(context).flatMap(([name, value]) => ['--context', `${name}=${value}`])];
}

async function cdk(args: readonly string[], environment: Readonly<Record<string, string>>, cwd?: string): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [CDK, ...args], {
      env: { ...process.env, ...environment, CI: 'true' },
      maxBuffer: 64 * 1024 * 1024,
      ...(cwd && { cwd }),
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`cdk ${args.join(' ')} failed:\n${`${stdout}\n${stderr}`.split('\n').slice(-40).join('\n')}`, { cause: error });
  }
}
