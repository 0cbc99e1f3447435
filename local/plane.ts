import { type Deployment as Deployed, Deployment, type DeploymentReport, loadAssembly } from './assembly/index.ts';
import type { StreamingResponse } from './http/exchange.ts';
import { type Listening, listen } from './http/listen.ts';
import type { ClockMode } from './kernel/clock.ts';
import type { HttpRequest, HttpResponse } from './kernel/http.ts';
import { Kernel } from './kernel/kernel.ts';
import type { Service } from './kernel/service.ts';
import { createCodeStore } from './runtime/code-store.ts';
import { createThreadRunner } from './runtime/thread-runner.ts';
import { createVirtualRunner, type Runner } from './runtime/virtual-runner.ts';
import { apigatewayv2 } from './services/apigatewayv2/service.ts';
import { createCloudFormation } from './services/cloudformation/service.ts';
import { cloudwatch } from './services/cloudwatch/service.ts';
import { cloudwatchLogs } from './services/cloudwatch-logs/service.ts';
import { dynamodb } from './services/dynamodb/service.ts';
import type { DynamoDbState } from './services/dynamodb/state.ts';
import { dynamodbStreams } from './services/dynamodb-streams/service.ts';
import { eventbridge } from './services/eventbridge/service.ts';
import { createAuthorizer } from './services/iam/authorizer.ts';
import { iam } from './services/iam/service.ts';
import { kinesis } from './services/kinesis/service.ts';
import { createLambda } from './services/lambda/service.ts';
import type { LambdaState } from './services/lambda/state.ts';
import { pipes } from './services/pipes/service.ts';
import { createS3 } from './services/s3/service.ts';
import { scheduler } from './services/scheduler/service.ts';
import { schemas } from './services/schemas/service.ts';
import { sesv2 } from './services/sesv2/service.ts';
import { sfn } from './services/sfn/service.ts';
import { sns } from './services/sns/service.ts';
import { sqs } from './services/sqs/service.ts';
import { type SqsState, setEndpoint } from './services/sqs/state.ts';
import { ssm } from './services/ssm/service.ts';
import { sts } from './services/sts/service.ts';
import { BlobStore, compression, type DataFolder, openDataFolder } from './storage/index.ts';
import { type ClientSettings, clientSettings } from './wire/client-settings.ts';
import { withoutStream } from './wire/codecs/event-stream.ts';
import { createWire, type Wire } from './wire/wire.ts';

/** How a plane is made. */
export interface PlaneOptions {
  /** @default 000000000000 */
  readonly accountId?: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default the machine's clock */
  readonly clock?: ClockMode;
  /** Seed of all chance. @default drawn from the machine's clock */
  readonly seed?: string | number;
  /** Keep all state in this folder: it survives even `kill -9`. @default in memory */
  readonly dataDirectory?: string | undefined;
  /** Journal entries kept. @default 10,000 */
  readonly journalCapacity?: number;
  /** Worker threads that run functions, on a real clock. @default 2 */
  readonly threads?: number;
  /** Warm function contexts. @default 24 */
  readonly contextsMax?: number;
  /** How long a DynamoDB table that a client makes says CREATING, as tables on AWS do for some seconds. Deployed tables are there at once. @default 0 */
  readonly tableCreationMs?: number;
  /** Told of errors of the plane itself; the caller of AWS sees `InternalFailure`. */
  readonly onBug?: (error: unknown) => void;
}

/** Who else answers on a plane's port. */
export type Routes = (request: HttpRequest) => Promise<HttpResponse | StreamingResponse> | undefined;

const JOURNAL_CAPACITY = 10_000;

/** Address that queue URLs carry until a socket listens, and on a plane that never listens. */
const ENDPOINT_WITHOUT_SOCKET = 'http://127.0.0.1:4566';

function inFlight({ byArn }: SqsState, nowMs: number): Plane['inFlightAtStart'] {
  let messages = 0;
  let untilMs = nowMs;
  for (const { counts, slots } of byArn.values()) {
    if (counts.inFlight === 0) continue;
    for (const { state, message } of slots.values()) {
      if (state !== 'inFlight' || message.availableMs <= nowMs) continue;
      messages += 1;
      untilMs = Math.max(untilMs, message.availableMs);
    }
  }
  return { messages, untilMs };
}

/** Between two looks at whether all invocations have ended. */
const DRAIN_STEP_MS = 20;

async function stopping(): Promise<HttpResponse> {
  return { status: 503, headers: { 'content-type': 'text/plain', 'retry-after': '1' }, body: Buffer.from('The embedded AWS is stopping.') };
}

/** The services of the plane. Lambda comes last: a restart resumes its event source mappings, which call the others. */
function servicesOf(codeDirectory: string | undefined, parts: { readonly blobs: BlobStore; readonly stacks: () => Deployed['stacks'] }): Service<never>[] {
  const lambda = createLambda({ codeStore: createCodeStore(codeDirectory === undefined ? {} : { directory: codeDirectory }) });
  return [
    cloudwatch,
    cloudwatchLogs,
    ssm,
    iam,
    sts,
    sqs,
    sns,
    dynamodb,
    dynamodbStreams,
    kinesis,
    eventbridge,
    pipes,
    scheduler,
    schemas,
    sesv2,
    createS3(parts),
    apigatewayv2,
    createCloudFormation(parts),
    lambda,
    sfn,
  ] as unknown as Service<never>[];
}

/** An embedded AWS: one account in one Region, in this process. */
export class Plane {
  readonly kernel: Kernel;
  /** Whether the data folder held the state of an earlier start. */
  readonly isRestored: boolean;
  /** Messages of the data folder that were in flight when the process ended: each comes back when its visibility timeout ends, the last at `untilMs`. */
  readonly inFlightAtStart: { readonly messages: number; readonly untilMs: number };
  readonly #wire: Wire;
  readonly #deployment: Deployed;
  readonly #runner: Runner;
  readonly #folder: DataFolder | undefined;
  readonly #blobs: BlobStore;
  readonly #listening: Listening[] = [];
  #endpoint = ENDPOINT_WITHOUT_SOCKET;
  #isDraining = false;

  constructor(options: PlaneOptions = {}) {
    const clock = options.clock ?? { kind: 'real', factor: 1 };
    this.#folder =
      options.dataDirectory === undefined ? undefined : openDataFolder(options.dataDirectory, { writes: clock.kind === 'virtual' ? 'microtask' : 'turn' });
    const starts = this.#countStart();
    this.isRestored = starts > 1;
    this.kernel = new Kernel({
      accountId: options.accountId ?? '000000000000',
      region: options.region ?? 'us-east-1',
      clock,
      seed: `${options.seed ?? Date.now()}/${starts}`,
      store: this.#folder,
      compression,
      journalCapacity: options.journalCapacity ?? JOURNAL_CAPACITY,
    });
    this.#wire = createWire(this.kernel, options.onBug ? { onBug: options.onBug } : {});
    if (this.kernel.isVirtual) void this.#wire.loadAll();
    this.#runner = this.#createRunner(options, clock);
    this.kernel.setFunctionRunner(this.#runner);
    const below = (name: string): string | undefined => (options.dataDirectory === undefined ? undefined : `${options.dataDirectory}/${name}`);
    this.#blobs = new BlobStore({ directory: below('objects') });
    for (const service of servicesOf(below('code'), { blobs: this.#blobs, stacks: () => this.#deployment.stacks })) this.kernel.install(service);
    this.#stateOf<DynamoDbState>('dynamodb').tableCreationMs = options.tableCreationMs ?? 0;
    this.kernel.setAuthorizer(createAuthorizer(this.kernel, this.#stateOf('iam')));
    this.#deployment = new Deployment(this.kernel, { assetFolder: below('assets') });
    this.inFlightAtStart = inFlight(this.#stateOf<SqsState>('sqs'), this.kernel.nowMs());
  }

  /** Where AWS clients connect. Nobody listens there before `listen`. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** The deployed resources and outputs. */
  get deployment(): Pick<Deployed, 'outputs' | 'resources' | 'find' | 'findByCdkPath' | 'findByPhysicalId' | 'assetDirectories'> {
    return this.#deployment;
  }

  /** Answers a request as the endpoint would: the same bytes, no socket. */
  dispatch(request: HttpRequest): Promise<HttpResponse> {
    return this.#wire.dispatch(request);
  }

  /** Settings for an AWS SDK client that talks to this plane without a socket. */
  clientSettings(): ClientSettings {
    return clientSettings({ region: this.kernel.region, endpoint: this.#endpoint, isVirtual: this.kernel.isVirtual }, (request) =>
      this.#wire.dispatch(request),
    );
  }

  /** Listens for AWS clients on a loopback port; 0 takes any. Call it before `deploy`: queue URLs carry the address. */
  async listen(port: number): Promise<string> {
    const listening = await listen((request) => (this.#isDraining ? stopping() : this.#wire.dispatch(request)), { port });
    this.#listening.push(listening);
    this.#endpoint = listening.url;
    setEndpoint(this.#stateOf<SqsState>('sqs'), listening.url);
    this.#runner.setEndpoint(this.#firstEndpoint());
    await this.#deployment.stacks.bootstrap();
    return listening.url;
  }

  /** Serves `routes` on a loopback port of their own. */
  async serve(routes: Routes, options: { readonly port: number; readonly portOption?: string; readonly onError: (error: unknown) => void }): Promise<string> {
    const notFound = async (): Promise<HttpResponse> => ({
      status: 404,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"name":"NotFound","message":"There is nothing at this address."}'),
    });
    const listening = await listen(notFound, { ...options, routes });
    this.#listening.push(listening);
    return listening.url;
  }

  /** Makes the plane as the assembly in that folder has it: creates, updates, replaces, deletes. */
  deploy(directory: string): Promise<DeploymentReport> {
    return this.#deployment.deploy(loadAssembly(directory));
  }

  /** Takes the code of functions whose bundles have changed. */
  reloadAssets(): Promise<DeploymentReport> {
    return this.#deployment.reloadAssets();
  }

  /** What is on its way besides messages in queues: invocations that run, and deliveries of buses and topics that wait or are tried again. */
  get traffic(): { readonly invocations: number; readonly deliveries: number } {
    const { concurrency } = this.#stateOf<LambdaState>('lambda');
    const deliveries = this.kernel.collection('events.deliveries').size + this.kernel.collection('sns.deliveries').size;
    return { invocations: concurrency.running, deliveries };
  }

  /**
   * Lets invocations under way end, for `timeoutMs` of the machine's clock at most; answers how many did not. Nothing new is begun: nothing is received from queues and
   * streams, nothing falls due, and requests from outside get a 503. What waits is begun after the next start, where the state is kept.
   */
  async drain(timeoutMs: number): Promise<number> {
    this.#isDraining = true;
    for (const mapping of this.#stateOf<LambdaState>('lambda').runningMappings.values()) mapping.stop();
    this.kernel.stop();
    const deadlineMs = performance.now() + timeoutMs;
    while (this.traffic.invocations > 0 && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP_MS));
    // What follows an invocation, as deleting its messages does, is work of a few turns.
    await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP_MS));
    return this.traffic.invocations;
  }

  /** Stops the clock, the functions and the sockets, and closes the data folder. */
  async close(): Promise<void> {
    this.kernel.stop();
    await Promise.all(this.#listening.map((listening) => listening.close()));
    await this.#runner.close();
    this.#deployment.close();
    this.#blobs.close();
    await this.#folder?.close();
  }

  /** Counts the starts of a data folder: a second one must not draw the ids of the first again, and overwrite what they name. */
  #countStart(): number {
    const counts = this.#folder?.open('plane.starts') as Map<string, number> | undefined;
    const count = (counts?.get('count') ?? 0) + 1;
    counts?.set('count', count);
    this.#folder?.changed('plane.starts', 'count');
    return count;
  }

  /** Functions find queue URLs in their environment as they were deployed, with the address of then: it stays the plane's own. */
  #firstEndpoint(): string {
    const endpoints = this.kernel.collection<string>('plane.endpoint');
    const first = endpoints.get('first') ?? this.#endpoint;
    if (!endpoints.has('first')) endpoints.put('first', first);
    return first;
  }

  #createRunner(options: PlaneOptions, clock: ClockMode): Runner {
    const shared = { kernel: this.kernel, dispatch: (request: HttpRequest) => this.#wire.dispatch(request).then(withoutStream), endpoint: this.#endpoint };
    const limits = options.contextsMax === undefined ? {} : { contextsMax: options.contextsMax };
    if (clock.kind === 'virtual') return createVirtualRunner({ ...shared, ...limits });
    return createThreadRunner({ ...shared, ...limits, clockFactor: clock.factor, ...(options.threads !== undefined && { threads: options.threads }) });
  }

  #stateOf<State>(name: string): State {
    return this.kernel.contextFor(name).state as State;
  }
}
