import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Principal } from '../kernel/principal.ts';
import { bodyOf, requestTooLarge } from './body.ts';
import { LoadedService } from './endpoint.ts';
import { failureOf } from './failure.ts';
import { awsJsonProtocol } from './protocols/aws-json.ts';
import { awsQueryProtocol } from './protocols/aws-query.ts';
import type { ServerProtocol } from './protocols/protocol.ts';
import { isForm, notFound, type Route, routeOf, unknownOperation } from './route.ts';
import { type CredentialScope, scopeOf } from './scope.ts';
import type { ServiceRow } from './services.ts';

/** The one door into the plane: bytes in, bytes out. Sockets, sealed functions and tests use the same. */
export interface Wire {
  /** Answers a request. Never rejects: what goes wrong is an AWS error in the request's own protocol. */
  dispatch(request: HttpRequest): Promise<HttpResponse>;
}

export interface WireOptions {
  /** Told of each error that is neither a fault nor something not emulated. The caller sees `InternalFailure`. */
  readonly onBug?: (error: unknown) => void;
}

/** Errors of requests that no service could be found for: a form is answered in XML, anything else as most services write theirs. */
const JSON_FALLBACK = awsJsonProtocol({ protocol: 'awsJson1.0' });
const FORM_FALLBACK = awsQueryProtocol({});
const fallbackOf = (request: HttpRequest): ServerProtocol => (isForm(request) ? FORM_FALLBACK : JSON_FALLBACK);

/**
 * Makes the wire of a plane. A service's SDK module is loaded at its first request.
 * Differs from AWS: signatures are not verified. An access key that the plane issued is its principal, any other key and none at all is the account's root.
 */
export function createWire(kernel: Kernel, options: WireOptions = {}): Wire {
  const loaded = new Map<string, LoadedService>();
  const loading = new Map<string, Promise<LoadedService>>();
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

  const principalOf = ({ accessKeyId }: CredentialScope): Principal =>
    accessKeyId === undefined ? { type: 'root' } : kernel.credentials.principalOf(accessKeyId);

  const serve = async (call: { request: HttpRequest; body: Uint8Array; route: Route; principal: Principal; requestId: string }, service: LoadedService) => {
    const { request, body, route, principal, requestId } = call;
    const match = route.operation === undefined ? service.match(request) : undefined;
    const operation = route.operation ?? match?.operation;
    if (operation === undefined) throw notFound();
    const endpoint = service.endpoint(operation, route.protocol);
    if (!endpoint) throw unknownOperation(operation);
    const { codec } = endpoint;
    const input = codec.readInput({ request, body, form: route.form, labels: match?.labels });
    endpoint.check(input);
    const output = await kernel.request<object | undefined>({
      service: route.row.name,
      operation,
      input,
      principal,
      requestId,
      cause: request.cause,
      signal: request.signal,
    });
    return codec.writeOutput(output ?? {}, requestId);
  };

  /** Plain HTTP that a service answers itself: API Gateway's data plane. */
  const plainHttp = (request: HttpRequest): Promise<HttpResponse> | undefined => {
    for (const { service } of kernel.installed()) {
      if (!service.http) continue;
      const answer = service.http(request, { ...kernel.contextFor(service.name, { cause: request.cause }), signal: request.signal });
      if (answer) return answer;
    }
    return undefined;
  };

  const dispatch = async (request: HttpRequest): Promise<HttpResponse> => {
    let route: Route | undefined;
    const requestId = kernel.uuid();
    try {
      const plain = request.headers['x-amz-target'] === undefined ? plainHttp(request) : undefined;
      if (plain !== undefined) return await plain;
      const body = bodyOf(request);
      const scope = scopeOf(request);
      route = routeOf(request, body, scope.service);
      const { bodyBytesMax } = route.row;
      if (bodyBytesMax !== undefined && body.byteLength > bodyBytesMax) throw requestTooLarge(bodyBytesMax);
      const service = loaded.get(route.row.name) ?? (await load(route.row));
      return await serve({ request, body, route, principal: principalOf(scope), requestId }, service);
    } catch (error) {
      const service = route && loaded.get(route.row.name);
      const failure = failureOf(error, service?.model, onBug);
      return (route && service ? service.protocol(route.protocol) : fallbackOf(request)).writeFailure(failure, requestId);
    }
  };

  return { dispatch };
}
