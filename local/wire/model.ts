import type { StaticErrorSchema, StaticOperationSchema } from '@smithy/types';
import type { ServiceRow } from './services.ts';
import { ShapeReader, type StructureShape } from './shapes.ts';

/** Method, path and status of a REST operation. */
export type HttpBinding = readonly [method: string, path: string, status: number];

/** One operation, from the client's schema. A unit input or output is a structure without members. */
export interface OperationModel {
  readonly name: string;
  readonly input: StructureShape;
  readonly output: StructureShape;
  readonly http: HttpBinding | undefined;
}

/** One error, from the client's schema. */
export interface ErrorModel {
  readonly shape: StructureShape;
  readonly namespace: string;
  readonly status: number;
  /** As query protocols spell it. */
  readonly queryCode: string;
  /** The member that carries the message: `message` or `Message`. */
  readonly messageMember: string;
}

/** The first entry of a schema tuple says what it is. */
const OPERATION = 9;
const ERROR = -3;

const UNIT: StructureShape = { kind: 'structure', name: 'Unit', members: [] };

type ErrorTraits = {
  readonly error?: 'client' | 'server';
  readonly httpError?: number;
  readonly awsQueryError?: readonly [code: string, status: number];
};

function schemasOf<Schema extends readonly unknown[]>(sdk: object, kind: number): Map<string, Schema> {
  const schemas = Object.values(sdk).filter((value): value is Schema => Array.isArray(value) && value[0] === kind);
  return new Map(schemas.map((schema) => [schema[2] as string, schema]));
}

/**
 * What the wire knows of a service, found in its SDK client module. Schemas are read when they are first asked for: a service has up to 180 operations, a program uses five.
 */
export class ServiceModel {
  readonly row: ServiceRow;
  readonly #shapes = new ShapeReader();
  readonly #operationSchemas: ReadonlyMap<string, StaticOperationSchema>;
  readonly #errorSchemas: ReadonlyMap<string, StaticErrorSchema>;
  readonly #operations = new Map<string, OperationModel>();
  readonly #errors = new Map<string, ErrorModel>();

  constructor(row: ServiceRow, sdk: object) {
    this.row = row;
    this.#operationSchemas = schemasOf(sdk, OPERATION);
    this.#errorSchemas = schemasOf(sdk, ERROR);
  }

  /** The operation of that name, or `undefined` where AWS has none. */
  operation(name: string): OperationModel | undefined {
    const known = this.#operations.get(name);
    if (known) return known;
    const schema = this.#operationSchemas.get(name);
    if (!schema) return undefined;
    const operation: OperationModel = { name, input: this.#structure(schema[4]), output: this.#structure(schema[5]), http: httpBindingOf(schema) };
    this.#operations.set(name, operation);
    return operation;
  }

  /** The error of that name, or `undefined` where the model has none. */
  error(name: string): ErrorModel | undefined {
    const known = this.#errors.get(name);
    if (known) return known;
    const schema = this.#errorSchemas.get(name);
    if (!schema) return undefined;
    const traits = (typeof schema[3] === 'object' ? schema[3] : {}) as ErrorTraits;
    const shape = this.#structure(schema);
    // The query code's status counts where the service is spoken to in queries; Parameter Store has one in its model and answers 400 all the same.
    const queryStatus = this.row.queryVersion === undefined ? undefined : traits.awsQueryError?.[1];
    const error: ErrorModel = {
      shape,
      namespace: schema[1],
      status: traits.httpError ?? queryStatus ?? (traits.error === 'server' ? 500 : 400),
      queryCode: traits.awsQueryError?.[0] ?? name,
      messageMember: shape.members.find((member) => member.name.toLowerCase() === 'message')?.name ?? 'message',
    };
    this.#errors.set(name, error);
    return error;
  }

  /** All errors of the model. */
  *errors(): Generator<ErrorModel> {
    for (const name of this.#errorSchemas.keys()) {
      const error = this.error(name);
      if (error) yield error;
    }
  }

  /** The REST operations with their bindings, for the router. */
  *httpBindings(): Generator<{ readonly operation: string; readonly http: HttpBinding }> {
    for (const [operation, schema] of this.#operationSchemas) {
      const http = httpBindingOf(schema);
      if (http) yield { operation, http };
    }
  }

  #structure(ref: StaticOperationSchema[4] | StaticErrorSchema): StructureShape {
    const shape = this.#shapes.read(ref);
    return shape.kind === 'structure' ? shape : UNIT;
  }
}

function httpBindingOf(schema: StaticOperationSchema): HttpBinding | undefined {
  const traits = schema[3];
  return typeof traits === 'object' ? traits.http : undefined;
}
