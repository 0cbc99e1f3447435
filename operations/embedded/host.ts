import { join } from 'node:path';
import { type DeploymentReport, type Interposer, Plane } from '../../local/index.ts';
import { apiRoutes } from '../api/routes.ts';
import { createClients } from '../clients.ts';
import { FlowRecorder } from '../flow/flow-recorder.ts';
import type { Operations } from '../operations.ts';
import { describeSystem, NoSystemError } from '../system.ts';
import { apiUrlOf, embeddedOperations } from './embedded-operations.ts';
import { MeterReader } from './meter-reader.ts';
import { type AppSettings, buildBundles, readAppSettings, synthesize } from './synthesize.ts';
import { watchFolders } from './watch.ts';

/** How a system is hosted. */
export interface HostOptions {
  /** Folder of the CDK app. */
  readonly directory: string;
  /** Command that synthesizes; `app` of cdk.json where absent. */
  readonly app?: string | undefined;
  /** A cloud assembly that is there already; nothing is synthesized or watched then. */
  readonly assembly?: string | undefined;
  /** Port of the AWS endpoint; 0 takes any. */
  readonly port: number;
  /** Port of the operations API; 0 takes any. */
  readonly consolePort: number;
  readonly dataDirectory?: string | undefined;
  /** How many times as fast as the machine's the clock runs. */
  readonly clockFactor: number;
  /** Deliver every event of the bus twice. */
  readonly deliversTwice: boolean;
  /** Told of each change that was made after the start, or of why it could not be made. */
  readonly onReload?: ((outcome: Reload) => void) | undefined;
  readonly onBug: (error: unknown) => void;
}

/** What an edit led to. */
export type Reload =
  | { readonly status: 'reloaded'; readonly report: DeploymentReport; readonly tookMs: number }
  | { readonly status: 'failed'; readonly error: Error };

/** Where `start` keeps what it synthesizes. */
const ASSEMBLY_FOLDER = '.tickertape/cdk.out';

/** Every delivery to a queue takes place twice, as at-least-once delivery allows. */
const deliverTwice: Interposer = ({ kind, service }) => (kind === 'delivery' && service === 'sqs' ? { kind: 'duplicate' } : { kind: 'none' });

/** A system that runs on an embedded plane in this process. */
export class Host {
  readonly plane: Plane;
  readonly operations: Operations;
  readonly flow: FlowRecorder;
  readonly #options: HostOptions;
  #endpoint = '';
  #consoleUrl = '';
  #apiUrl: string | undefined;
  #stopWatching = (): void => {};
  /** Reloads follow each other. */
  #reloading: Promise<void> = Promise.resolve();

  constructor(options: HostOptions) {
    this.#options = options;
    this.plane = new Plane({
      clock: { kind: 'real', factor: options.clockFactor },
      dataDirectory: options.dataDirectory,
      onBug: options.onBug,
    });
    if (options.deliversTwice) this.plane.kernel.setInterposer(deliverTwice);
    this.flow = new FlowRecorder(this.plane.kernel.journal);
    this.operations = embeddedOperations(this.plane, { flow: this.flow, meters: new MeterReader(this.plane.kernel.journal) });
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  get consoleUrl(): string {
    return this.#consoleUrl;
  }

  /** Address of the system's HTTP API; absent where the assembly holds no Tickertape system. */
  get apiUrl(): string | undefined {
    return this.#apiUrl;
  }

  /** Listens, synthesizes, deploys, and begins to watch. */
  async start(): Promise<DeploymentReport> {
    const { assembly, directory, app } = this.#options;
    const settings = assembly === undefined ? readAppSettings(directory, app) : undefined;
    // Taken ports are found out before time is spent on anything else.
    this.#endpoint = await this.plane.listen(this.#options.port);
    this.#consoleUrl = await this.plane.serve(apiRoutes(this.operations, this.flow), {
      port: this.#options.consolePort,
      portOption: '--console-port',
      onError: this.#options.onBug,
    });
    if (settings) await this.#build(settings);
    const report = await this.plane.deploy(assembly ?? this.#assemblyDirectory);
    await this.#takeSystem();
    if (settings && this.#options.onReload) this.#watch(settings, this.#options.onReload);
    return report;
  }

  /** Lets invocations under way end, for `timeoutMs` at most, and begins nothing new; answers how many did not end. */
  drain(timeoutMs: number): Promise<number> {
    this.#stopWatching();
    return this.plane.drain(timeoutMs);
  }

  async close(): Promise<void> {
    this.#stopWatching();
    await this.plane.close();
  }

  get #assemblyDirectory(): string {
    return join(this.#options.directory, ASSEMBLY_FOLDER);
  }

  async #build(settings: AppSettings): Promise<void> {
    const { directory } = this.#options;
    await buildBundles(settings, directory);
    const { accountId, region } = this.plane.kernel;
    await synthesize(settings, { directory, outputDirectory: this.#assemblyDirectory, accountId, region });
  }

  /** Reads what the stacks wrote for operators; an assembly of another kind of app has nothing there. */
  async #takeSystem(): Promise<void> {
    try {
      const system = await describeSystem(createClients(this.plane.clientSettings()).ssm);
      this.flow.setSystem(system);
      this.#apiUrl = apiUrlOf(system, this.#endpoint);
    } catch (error) {
      if (!(error instanceof NoSystemError)) throw error;
    }
  }

  #watch(settings: AppSettings, onReload: (outcome: Reload) => void): void {
    const folders = [...new Set(settings.watch.map((pattern) => pattern.split('/')[0] ?? '').filter((folder) => folder !== '' && folder !== '**'))];
    this.#stopWatching = watchFolders(this.#options.directory, folders, (paths) => {
      this.#reloading = this.#reloading.then(async () => onReload(await this.#reload(settings, paths)));
    });
  }

  /** A change of infrastructure is a new synthesis and a template diff; any other is a bundling pass. */
  async #reload(settings: AppSettings, paths: readonly string[]): Promise<Reload> {
    const startMs = performance.now();
    try {
      const isInfrastructure = paths.some((path) => path.startsWith('infra/')) || settings.build === undefined;
      if (isInfrastructure) await this.#build(settings);
      else await buildBundles(settings, this.#options.directory);
      const report = isInfrastructure ? await this.plane.deploy(this.#assemblyDirectory) : await this.plane.reloadAssets();
      await this.#takeSystem();
      return { status: 'reloaded', report, tookMs: performance.now() - startMs };
    } catch (error) {
      return { status: 'failed', error: error as Error };
    }
  }
}
