import type { HttpRequest } from '../kernel/http.ts';
import { type OperationModel, ServiceModel } from './model.ts';
import { awsJsonProtocol } from './protocols/aws-json.ts';
import { awsQueryProtocol } from './protocols/aws-query.ts';
import type { OperationCodec, ServerProtocol } from './protocols/protocol.ts';
import { restJsonProtocol } from './protocols/rest-json.ts';
import { restXmlProtocol } from './protocols/rest-xml.ts';
import { rpcCborProtocol } from './protocols/rpc-cbor.ts';
import { type RestMatch, restRouter } from './rest-router.ts';
import { s3Router } from './s3/router.ts';
import type { ProtocolName, ServiceRow } from './services.ts';
import type { StructureShape } from './shapes.ts';
import { Checkers, type InputCheck } from './validation/checker.ts';
import { missingParameter, noValueFor, validationFault } from './validation/faults.ts';
import { camelCase } from './validation/values.ts';

/** An operation ready to be served in one protocol: everything that can be worked out ahead has been. */
export interface Endpoint {
  readonly operation: OperationModel;
  readonly codec: OperationCodec;
  /** Throws the service's validation fault. */
  check(input: object): void;
}

/** A loaded service: its model and the endpoints compiled so far. */
export class LoadedService {
  readonly model: ServiceModel;
  readonly #checkers: Checkers;
  readonly #protocols = new Map<ProtocolName, ServerProtocol>();
  readonly #endpoints = new Map<string, Endpoint>();
  #router: ((request: HttpRequest) => RestMatch | undefined) | undefined;

  constructor(model: ServiceModel, checkers: Checkers) {
    this.model = model;
    this.#checkers = checkers;
  }

  /** Loads a service's client module and constraints. */
  static async load(row: ServiceRow): Promise<LoadedService> {
    const [sdk, constraints] = await Promise.all([row.load(), row.constraints()]);
    const checkers = new Checkers(constraints.default, row.validation === 'json' ? 'json' : 'java', row.unmodelledMembers);
    return new LoadedService(new ServiceModel(row, sdk), checkers);
  }

  /** Finds a REST operation by method and path. */
  match(request: HttpRequest): RestMatch | undefined {
    this.#router ??= this.model.row.protocol === 'restXml' ? s3Router(this.model) : restRouter(this.model);
    return this.#router(request);
  }

  protocol(name: ProtocolName): ServerProtocol {
    const known = this.#protocols.get(name);
    if (known) return known;
    const made = protocolOf(name, this.model.row);
    this.#protocols.set(name, made);
    return made;
  }

  /** The endpoint of an operation, or `undefined` where the service has no such operation. */
  endpoint(name: string, protocol: ProtocolName): Endpoint | undefined {
    const key = protocol === this.model.row.protocol ? name : `${protocol} ${name}`;
    const known = this.#endpoints.get(key);
    if (known) return known;
    const operation = this.model.operation(name);
    if (!operation) return undefined;
    const endpoint: Endpoint = { operation, codec: this.protocol(protocol).compile(operation), check: this.#checkOf(operation) };
    this.#endpoints.set(key, endpoint);
    return endpoint;
  }

  #checkOf({ name, input }: OperationModel): (value: object) => void {
    const { row } = this.model;
    if (row.validation === 'presence') {
      const required = this.#checkers.requiredOf(name);
      return (value) => {
        for (const member of required) if ((value as Record<string, unknown>)[member] === undefined) throw missingParameter(row, member);
      };
    }
    const check = checkNamed(this.#checkers.of(name, input), input, row.namedBy);
    const worded = row.hasMissingReason ? this.#checkers.requiredOf(name) : [];
    return (value) => {
      for (const member of worded) if ((value as Record<string, unknown>)[member] === undefined) throw noValueFor(member);
      const failures = check(value);
      if (failures.length > 0) throw validationFault(row, failures);
    };
  }
}

/** Misses the first of the members that may name what a request is about where it has none of them. One that may bring a token instead is about the token's. */
function checkNamed(check: InputCheck, { members }: StructureShape, namedBy: ServiceRow['namedBy']): InputCheck {
  const has = (member: string): boolean => members.some(({ name }) => name === member);
  if (!namedBy?.every(has) || has('NextToken')) return check;
  const [first] = namedBy;
  return (input) => {
    const failures = check(input);
    if (namedBy.some((member) => (input as Record<string, unknown>)[member] !== undefined)) return failures;
    return [...failures, `Value null at '${camelCase(first)}' failed to satisfy constraint: Member must not be null`];
  };
}

function protocolOf(name: ProtocolName, row: ServiceRow): ServerProtocol {
  switch (name) {
    case 'awsQuery':
      return awsQueryProtocol(row);
    case 'restJson1':
      return restJsonProtocol();
    case 'restXml':
      return restXmlProtocol(row);
    case 'rpcV2Cbor':
      return rpcCborProtocol(row);
    default:
      return awsJsonProtocol(row);
  }
}
