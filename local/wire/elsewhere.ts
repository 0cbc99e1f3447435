import { NotEmulated } from '../kernel/errors.ts';
import type { HttpRequest } from '../kernel/http.ts';
import elsewhere from './elsewhere.json' with { type: 'json' };
import { signedServiceOf } from './scope.ts';

/** A service of AWS that the plane does not have. */
interface Elsewhere {
  readonly name: string;
  readonly signingName: string;
  readonly targetPrefix?: string;
  readonly queryVersion?: string;
  /** First parts of its paths, where it is signed like a service that is here. */
  readonly roots?: readonly string[];
  /** Its clients read errors as XML. */
  readonly isXml?: true;
}

const SERVICES: readonly Elsewhere[] = elsewhere.services as readonly Elsewhere[];

function groupedBy(keyOf: (service: Elsewhere) => string | undefined): ReadonlyMap<string, readonly Elsewhere[]> {
  const groups = new Map<string, Elsewhere[]>();
  for (const service of SERVICES) {
    const key = keyOf(service);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), service]);
  }
  return groups;
}

const BY_TARGET = groupedBy(({ targetPrefix }) => targetPrefix);
const BY_VERSION = groupedBy(({ queryVersion }) => queryVersion);
const BY_SIGNING_NAME = groupedBy(({ signingName }) => signingName);

/** Path of Smithy's RPC protocol. @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
export const RPC_PATH = /^\/service\/(?<service>[^/]+)\/operation\/(?<operation>[^/?]+)/;

/** One of AWS's services that is not here was meant. The message names it and what was asked of it. */
export class ServiceElsewhere extends NotEmulated {
  readonly isXml: boolean;

  constructor(services: readonly Elsewhere[], asked: string) {
    super(`${[...new Set(services.map(({ name }) => name))].join(' or ')} ${asked}`, 'README');
    this.isXml = services.some(({ isXml }) => isXml);
  }
}

/** Of several services that share a key, those for which the request is signed; all of them where it is not. */
function narrowed(services: readonly Elsewhere[], request: HttpRequest): readonly Elsewhere[] {
  const signed = signedServiceOf(request);
  const own = services.filter(({ signingName }) => signingName === signed);
  return own.length > 0 ? own : services;
}

const refusal = (services: readonly Elsewhere[] | undefined, request: HttpRequest, asked: string): ServiceElsewhere | undefined =>
  services && new ServiceElsewhere(narrowed(services, request), asked);

/** Whose `X-Amz-Target` it is. */
export function elsewhereByTarget(target: string, request: HttpRequest): ServiceElsewhere | undefined {
  const dot = target.lastIndexOf('.');
  const signed = BY_SIGNING_NAME.get(signedServiceOf(request) ?? '')?.filter(({ targetPrefix }) => targetPrefix !== undefined);
  return refusal(BY_TARGET.get(target.slice(0, dot)) ?? (signed && signed.length > 0 ? signed : undefined), request, target.slice(dot + 1));
}

/** Whose form it is: by its signature, else by its version. */
export function elsewhereByForm(form: { readonly version: string | null; readonly action: string }, request: HttpRequest): ServiceElsewhere | undefined {
  const ofVersion = BY_VERSION.get(form.version ?? '');
  const ofSignature = BY_SIGNING_NAME.get(signedServiceOf(request) ?? '')?.filter(({ queryVersion }) => queryVersion !== undefined);
  return refusal(ofSignature && ofSignature.length > 0 ? ofSignature : ofVersion, request, form.action);
}

/** Whose method and path it is, by its signature. */
export function elsewhereByPath(request: HttpRequest): ServiceElsewhere | undefined {
  const [path = '/'] = request.target.split('?');
  const root = path.split('/')[1] ?? '';
  const signed = BY_SIGNING_NAME.get(signedServiceOf(request) ?? '')?.filter(({ roots }) => roots === undefined || roots.includes(root));
  return refusal(signed && signed.length > 0 ? signed : undefined, request, RPC_PATH.exec(path)?.groups?.['operation'] ?? `${request.method} ${path}`);
}
