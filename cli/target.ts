import { connect } from '../operations/api/client.ts';
import type { Operations } from '../operations/operations.ts';
import { EXIT } from './exit-codes.ts';
import type { GlobalOptions } from './global-options.ts';
import { CommandError } from './output/report.ts';

type TargetOptions = Pick<GlobalOptions, 'console' | 'target' | 'endpoint' | 'region' | 'profile'>;

/** Whether commands work through AWS clients: said by `--target aws` or `--endpoint`. Otherwise they call the plane that `npm start` runs. */
export function isOnAws({ target, endpoint }: Pick<GlobalOptions, 'target' | 'endpoint'>): boolean {
  return target === 'aws' || endpoint !== undefined;
}

/** Whether it is AWS itself, and no endpoint that answers in its place: what is changed there is changed for everybody. */
export function isGuarded(options: Pick<GlobalOptions, 'target' | 'endpoint'>): boolean {
  return isOnAws(options) && options.endpoint === undefined && process.env['AWS_ENDPOINT_URL'] === undefined;
}

/** An endpoint of this machine takes any credentials; no profile need be there. */
const isLoopback = (endpoint: string): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);

/** The operations of the target that the options name. */
export async function operationsOf(options: TargetOptions): Promise<Operations> {
  const { endpoint, region, profile } = options;
  if (!isOnAws(options)) {
    const stray = region !== undefined ? '--region' : profile !== undefined ? '--profile' : undefined;
    if (stray) throw new CommandError(`${stray} goes with --target aws or --endpoint`, { exitCode: EXIT.usage });
    return connect(options.console);
  }
  const { awsOperations } = await import('../operations/aws/aws-operations.ts');
  const isKeyless = endpoint !== undefined && isLoopback(endpoint) && profile === undefined && process.env['AWS_ACCESS_KEY_ID'] === undefined;
  const regionOrDefault = region ?? (isKeyless ? (process.env['AWS_REGION'] ?? 'us-east-1') : undefined);
  return awsOperations({
    ...(endpoint !== undefined && { endpoint }),
    ...(regionOrDefault !== undefined && { region: regionOrDefault }),
    ...(profile !== undefined && { profile }),
    ...(isKeyless && { credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } }),
  });
}

/** Refuses a command that only a plane in a process can answer. */
export function refuseOnAws(options: GlobalOptions, command: string, instead: string): void {
  if (isOnAws(options)) throw new CommandError(`${command} is not there on AWS: ${instead}`, { exitCode: EXIT.refused });
}
