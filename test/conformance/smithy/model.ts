/** A shape of botocore's model. */
export interface BotoShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, BotoMember>>;
  readonly member?: BotoMember;
  readonly key?: BotoMember;
  readonly value?: BotoMember;
  readonly union?: boolean;
  readonly document?: boolean;
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly timestampFormat?: keyof typeof TIMESTAMPS;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
  /** The member that is the whole body. */
  readonly payload?: string;
}

/** A member of one, with how it is bound to the wire. */
export interface BotoMember {
  readonly shape: string;
  readonly location?: 'header' | 'headers' | 'querystring' | 'uri' | 'statusCode';
  readonly locationName?: string;
  readonly flattened?: boolean;
  readonly jsonvalue?: boolean;
  readonly idempotencyToken?: boolean;
  readonly timestampFormat?: keyof typeof TIMESTAMPS;
}

/** An operation of botocore's model. */
export interface BotoOperation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string };
  readonly errors?: readonly { readonly shape: string }[];
}

/** Cases of one operation, with the shapes that it has. */
export interface Suite<Case> {
  readonly metadata: { readonly protocol: string; readonly awsQueryCompatible?: object };
  readonly shapes: Readonly<Record<string, BotoShape>>;
  readonly cases: readonly (Case & { readonly id: string; readonly given: BotoOperation })[];
}

const TIMESTAMPS = { iso8601: 5, rfc822: 6, unixTimestamp: 7 };
const SIMPLE: Readonly<Record<string, number>> = { string: 0, boolean: 2, integer: 1, long: 1, float: 1, double: 1, blob: 21 };

/** The namespace of all shapes. */
export const NAMESPACE = 'com.example.protocoltests';

/** A schema as the SDK's clients have them: a number, a tuple, or a function that answers one. */
type Schema = unknown;

/** Writes botocore's shapes as the schemas that the SDK's clients have, which both sides read: the wire, and the SDK's own deserialisers. */
export class SdkSchemas {
  readonly #shapes: Suite<object>['shapes'];
  readonly #isJson: boolean;
  readonly #schemas = new Map<string, Schema>();

  constructor({ shapes, metadata }: Suite<object>) {
    this.#shapes = shapes;
    this.#isJson = metadata.protocol === 'rest-json';
  }

  /** What a client's module exports of one operation and its errors. */
  moduleOf({ name, http, input, output, errors = [] }: BotoOperation): Readonly<Record<string, readonly unknown[]>> {
    const traits = this.#isJson ? { http: [http.method, http.requestUri, http.responseCode ?? 200] } : 0;
    const operation = [9, NAMESPACE, name, traits, this.#bound(input), this.#bound(output)];
    const exceptions = errors.map((error) => [error.shape, this.of(error.shape) as readonly unknown[]] as const);
    return { operation, ...Object.fromEntries(exceptions) };
  }

  /** The schema of a shape. */
  of(name: string): Schema {
    const known = this.#schemas.get(name);
    if (known !== undefined) return known;
    const shape = this.#shapes[name];
    if (!shape) throw new Error(`There is no shape ${name}`);
    const schema = this.#aggregate(name, shape) ?? this.#simple(shape);
    this.#schemas.set(name, schema);
    return schema;
  }

  #bound(reference: { readonly shape: string } | undefined): () => Schema {
    return () => (reference ? this.of(reference.shape) : 'unit');
  }

  #simple({ type, timestampFormat, document }: BotoShape): Schema {
    if (document) return 15;
    if (type === 'timestamp') return timestampFormat ? TIMESTAMPS[timestampFormat] : 4;
    return SIMPLE[type];
  }

  #aggregate(name: string, shape: BotoShape): Schema | undefined {
    const { type, members = {}, member, key, value, union, document, exception } = shape;
    if (type === 'list' && member) return [1, NAMESPACE, name, 0, this.#member(member)];
    if (type === 'map' && key && value) return [2, NAMESPACE, name, 0, this.#member(key), this.#member(value)];
    if (type !== 'structure' || document) return undefined;
    const schemas = Object.entries(members).map(([own, one]) => this.#member(one, own === shape.payload));
    return [exception ? -3 : union ? 4 : 3, NAMESPACE, name, traitsOfError(shape), Object.keys(members), schemas];
  }

  #member(member: BotoMember, isPayload = false): Schema {
    const schema = member.timestampFormat ? TIMESTAMPS[member.timestampFormat] : () => this.of(member.shape);
    const isMap = this.#shapes[member.shape]?.type === 'map';
    return [schema, { ...bindingTraits(member, isMap), ...this.#nameTraits(member), ...(isPayload && { httpPayload: 1 }) }];
  }

  #nameTraits({ location, locationName, flattened, jsonvalue, idempotencyToken }: BotoMember): object {
    const name = location === undefined && locationName !== undefined ? { [this.#isJson ? 'jsonName' : 'xmlName']: locationName } : {};
    return {
      ...name,
      ...(flattened && { xmlFlattened: 1 }),
      ...(jsonvalue && { mediaType: 'application/json' }),
      ...(idempotencyToken && { idempotencyToken: 1 }),
    };
  }
}

function bindingTraits({ location, locationName }: BotoMember, isMap: boolean): object {
  switch (location) {
    case 'header':
      return { httpHeader: locationName };
    case 'headers':
      return { httpPrefixHeaders: locationName };
    case 'querystring':
      return isMap && locationName === undefined ? { httpQueryParams: 1 } : { httpQuery: locationName };
    case 'uri':
      return { httpLabel: 1 };
    case 'statusCode':
      return { httpResponseCode: 1 };
    default:
      return {};
  }
}

function traitsOfError({ exception, fault, error }: BotoShape): object | 0 {
  if (!exception) return 0;
  const { code, httpStatusCode } = error ?? {};
  return {
    error: fault ? 'server' : 'client',
    // Where there is a code of the query protocol, botocore's status is of that protocol too.
    ...(code === undefined ? httpStatusCode !== undefined && { httpError: httpStatusCode } : { awsQueryError: [code, httpStatusCode ?? 400] }),
  };
}
