import type { Call } from '../kernel/call.ts';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Principal } from '../kernel/principal.ts';
import { bodyOf } from './body.ts';
import { elsewhereByPath, ServiceElsewhere } from './elsewhere.ts';
import { type Endpoint, LoadedService } from './endpoint.ts';
import { failureOf } from './failure.ts';
import { awsJsonProtocol } from './protocols/aws-json.ts';
import { awsQueryProtocol } from './protocols/aws-query.ts';
import type { ServerProtocol } from './protocols/protocol.ts';
import { rpcCborProtocol } from './protocols/rpc-cbor.ts';
import { isCborRpc, isForm, notFound, type Route, routeOf, routeOfS3, unknownOperation } from './route.ts';
import { acceptS3 } from './s3/accept.ts';
import { accessKeyOf } from './scope.ts';
import { SERVICE_ROWS, type ServiceRow } from './services.ts';

/** The one door into the plane: bytes in, bytes out. Sockets, sealed functions and tests use the same. */
export interface Wire {
  /** Answers a request. Never rejects: what goes wrong is an AWS error in the request's own protocol. */
  dispatch(request: HttpRequest): Promise<HttpResponse>;
  /** Loads the modules of all services. How long a module takes to load is the machine's: on a virtual clock it must not decide which of two requests comes first. */
  loadAll(): Promise<void>;
}

export interface WireOptions {
  /** Told of each error that is neither a fault nor something not emulated. The caller sees `InternalFailure`. */
  readonly onBug?: (error: unknown) => void;
}

/** Errors of requests that no service could be found for: a form is answered in XML, CBOR in CBOR, anything else as most services write theirs. */
const JSON_FALLBACK = awsJsonProtocol({ protocol: 'awsJson1.0' });
const FORM_FALLBACK = awsQueryProtocol({});
const CBOR_FALLBACK = rpcCborProtocol({});
function fallbackOf(request: HttpRequest, error: unknown): ServerProtocol {
  if (isCborRpc(request)) return CBOR_FALLBACK;
  return isForm(request) || (error instanceof ServiceElsewhere && error.isXml) ? FORM_FALLBACK : JSON_FALLBACK;
}

const EMPTY = new Uint8Array();

/** The call that a request is. A signal costs its maker a controller: only an operation that waits asks for it. */
class WireCall implements Call {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly principal: Principal;
  readonly requestId: string;
  readonly cause: number | undefined;
  readonly #request: HttpRequest;

  constructor(request: HttpRequest, call: Pick<Call, 'service' | 'input' | 'principal'> & { readonly endpoint: Endpoint; readonly requestId: string }) {
    this.service = call.service;
    this.operation = call.endpoint.operation.name;
    this.input = call.input;
    this.principal = call.principal;
    this.requestId = call.requestId;
    this.cause = request.cause;
    this.#request = request;
  }

  get signal(): AbortSignal | undefined {
    return this.#request.signal;
  }
}

/** Request ids look like UUIDs and count at their end: a draw of chance for each request would cost more than reading its body. */
function requestIds(kernel: Kernel): () => string {
  const stem = kernel.chance.fork('wire').uuid().slice(0, -12);
  let count = 0;
  return () => {
    count += 1;
    return stem + count.toString(16).padStart(12, '0');
  };
}

/**
 * Makes the wire of a plane. A service's SDK module is loaded at its first request.
 * Differs from AWS: signatures are not verified. An access key that the plane issued is its principal, any other key and none at all is the account's root.
 */
export function createWire(kernel: Kernel, options: WireOptions = {}): Wire {
  const loaded = new Map<string, LoadedService>();
  const loading = new Map<string, Promise<LoadedService>>();
  const nextRequestId = requestIds(kernel);
  const onBug = options.onBug ?? (() => {});

  const load = (row: ServiceRow): Promise<LoadedService> => {
    const known = loading.get(row.name);
    if (known) return known;
    // Counted as the machine's work, or a virtual clock would run on while the module loads.
    const started = kernel.hostOperation(
      LoadedService.load(row).then((service) => {
        loaded.set(row.name, service);
        return service;
      }),
    );
    loading.set(row.name, started);
    return started;
  };

  const dispatch = async (request: HttpRequest): Promise<HttpResponse> => {
    let route: Route | undefined;
    const requestId = nextRequestId();
    try {
      const plain = request.headers['x-amz-target'] === undefined ? plainHttp(request, kernel) : undefined;
      if (plain !== undefined) return await plain;
      const toS3 = routeOfS3(request);
      const body = toS3 ? request.body : bodyOf(request);
      route = toS3 ?? routeOf(request, body);
      const { name } = route.row;
      const service = loaded.get(name) ?? (await load(route.row));
      const { endpoint, input } = toS3 ? acceptObject(request, route, { service, nowMs: kernel.nowMs() }) : accept(request, body, route, service);
      const principal = kernel.credentials.principalOf(accessKeyOf(request));
      const output = await kernel.request<object | undefined>(new WireCall(request, { service: name, endpoint, input, principal, requestId }));
      return endpoint.codec.writeOutput(output ?? {}, requestId);
    } catch (error) {
      const service = route && loaded.get(route.row.name);
      const failure = failureOf(error, service?.model, onBug);
      const response = (route && service ? service.protocol(route.protocol) : fallbackOf(request, error)).writeFailure(failure, requestId, route?.operation);
      return request.method === 'HEAD' ? { ...response, body: EMPTY } : response;
    }
  };

  const loadAll = async (): Promise<void> => {
    await Promise.all(SERVICE_ROWS.map(load));
  };

  return { dispatch, loadAll };
}

/** Plain HTTP that a service answers itself: API Gateway's data plane. */
function plainHttp(request: HttpRequest, kernel: Kernel): Promise<HttpResponse> | undefined {
  for (const { service } of kernel.installed()) {
    if (!service.http) continue;
    const answer = service.http(request, { ...kernel.contextFor(service.name, { cause: request.cause }), signal: request.signal });
    if (answer) return answer;
  }
  return undefined;
}

/** As `accept`, for S3: its bodies are anything, and may be framed. */
function acceptObject(
  request: HttpRequest,
  route: Route,
  { service, nowMs }: { readonly service: LoadedService; readonly nowMs: number },
): ReturnType<typeof accept> {
  const unframed = acceptS3(request, nowMs);
  return accept(unframed, unframed.body, route, service);
}

/** Finds the operation and reads its input. Throws the fault for an operation that AWS does not have, and for an input that does not satisfy the model. */
function accept(request: HttpRequest, body: Uint8Array, route: Route, service: LoadedService): { readonly endpoint: Endpoint; readonly input: object } {
  const match = route.operation === undefined ? service.match(request) : undefined;
  const operation = route.operation ?? match?.operation;
  if (operation === undefined) throw elsewhereByPath(request) ?? notFound();
  const endpoint = service.endpoint(operation, route.protocol);
  if (!endpoint) throw unknownOperation(operation);
  const input = endpoint.codec.readInput({ request, body, form: route.form, labels: match?.labels });
  endpoint.check(input);
  return { endpoint, input };
}
