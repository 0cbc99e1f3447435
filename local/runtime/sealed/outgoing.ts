import type { HttpRequest, HttpResponse } from '../../kernel/http.ts';
import type { ContextHost } from '../host.ts';

/** Where a request wants to go. */
export interface Destination {
  readonly isSecure: boolean;
  readonly hostname: string;
  readonly port: number;
}

/** The addresses at which a machine in a cloud gives its own credentials: never the function's. */
const METADATA_HOSTS = new Set(['169.254.169.254', '169.254.170.2', '169.254.170.23', 'fd00:ec2::254', '[fd00:ec2::254]']);

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

const isLoopback = (hostname: string): boolean => LOOPBACK.has(hostname) || hostname.endsWith('.localhost');

/** The ways out of a context: to the plane as bytes, to other hosts on a real clock only. */
export class Outgoing {
  readonly #host: ContextHost;
  readonly #ownEndpoint: URL | undefined;
  readonly #cause: () => number | undefined;
  readonly #open = new Set<AbortController>();

  constructor(host: ContextHost, options: { ownEndpoint: string | undefined; cause: () => number | undefined }) {
    this.#host = host;
    this.#ownEndpoint = options.ownEndpoint !== undefined && URL.canParse(options.ownEndpoint) ? new URL(options.ownEndpoint) : undefined;
    this.#cause = options.cause;
  }

  /** `plane`: an AWS endpoint, the plane's own or the one the function's environment names; `refused` carries the reason. */
  route({ hostname, port }: Destination): 'plane' | 'real' | { readonly refused: Error } {
    if (/(^|\.)(amazonaws\.com|amazonaws\.com\.cn|api\.aws|on\.aws)$/.test(hostname) || this.#isEndpoint(hostname, port)) return 'plane';
    if (METADATA_HOSTS.has(hostname)) return { refused: refusal(hostname, 'instance metadata would be that of the machine, not of the function') };
    if (this.#host.isVirtual) return { refused: refusal(hostname, 'on a virtual clock a function reaches AWS endpoints only') };
    return 'real';
  }

  /** Takes a request to the plane; `controller` ends it. */
  async send(request: Omit<HttpRequest, 'cause' | 'signal'>, controller: AbortController): Promise<HttpResponse> {
    this.#open.add(controller);
    try {
      return await this.#host.send({ ...request, signal: controller.signal, cause: this.#cause() });
    } finally {
      this.#open.delete(controller);
    }
  }

  /** Ends all requests that are under way: the context has gone. */
  abort(): void {
    for (const controller of this.#open) controller.abort();
  }

  #isEndpoint(hostname: string, port: number): boolean {
    const own = this.#ownEndpoint;
    if (own && own.hostname === hostname && Number(own.port || (own.protocol === 'https:' ? 443 : 80)) === port) return true;
    const endpoint = this.#host.endpoint();
    if (endpoint === undefined) return false;
    const [endpointHost = '', endpointPort = ''] = splitHost(endpoint);
    return Number(endpointPort) === port && (endpointHost === hostname || (isLoopback(endpointHost) && isLoopback(hostname)));
  }
}

function splitHost(host: string): [string, string] {
  const colon = host.lastIndexOf(':');
  return [host.slice(0, colon), host.slice(colon + 1)];
}

function refusal(hostname: string, reason: string): Error {
  return Object.assign(new Error(`A function run here cannot reach ${hostname}: ${reason}`), {
    code: 'ENOTFOUND',
    errno: -3008,
    syscall: 'getaddrinfo',
    hostname,
  });
}
