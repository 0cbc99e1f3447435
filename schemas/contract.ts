import { SchemaInvalid, type SchemaProblem } from './validation.ts';

/** What a contract is for: a fact that happened, or a request to one receiver. */
export type ContractKind = 'event' | 'command';

/** The part of an envelope that a contract makes: type, schema, subject and partition key are derived from the checked data. */
export interface Payload<Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** `tickertape.<context>` */
  readonly source: string;
  /** `tickertape:<context>/<kebab-type>/v<major>.<minor>`, the newest minor version. */
  readonly dataschema: string;
  /** The entity that the data is about: the value of the schema's `x-key`. */
  readonly subject: string;
  /** The value of the schema's `x-partition-key`. */
  readonly partitionkey: string;
  readonly data: Data;
}

/** What the generator knows of one major version of a type. */
export interface ContractDefinition<Type extends string = string> {
  readonly type: Type;
  readonly kind: ContractKind;
  readonly context: string;
  readonly major: number;
  readonly dataschema: string;
  /** Path of the member that identifies the entity. */
  readonly key: string;
  /** Path of the member that events are ordered by. */
  readonly partitionKey: string;
  /** One line with `{path}` and `{path.length}` in it. */
  readonly summary: string;
  /** Paths of members that hold personal data. `lines[]` stands for each element. */
  readonly personal: readonly string[];
  /** Paths of members that must be shown to nobody. */
  readonly secret: readonly string[];
}

/**
 * One major version of an event or command. Called, it checks data against the closed producer form and makes a payload;
 * `parse` reads data with the open consumer form, so that a later minor version passes.
 */
export interface Contract<Type extends string = string, Data = unknown, Kind extends ContractKind = ContractKind> extends ContractDefinition<Type> {
  /**
   * Checks data strictly and makes the payload.
   * @throws {SchemaInvalid} where data has an unknown member or an invalid one
   * @throws {PayloadTooLarge} where its JSON is larger than `PAYLOAD_BYTES_MAX`
   */
  (data: Data): Payload<Type, Data>;
  readonly kind: Kind;
  /** Reads data that another wrote. Members that this version does not know are kept. @throws {SchemaInvalid} */
  parse(data: unknown): Data;
  /** Reads data as strictly as a producer must write it. @throws {SchemaInvalid} */
  parseClosed(data: unknown): Data;
  /** The data in one line, without secrets. */
  summarize(data: Data): string;
}

/** What a reader needs of an event's contract. Every `Contract` of an event is one. */
export interface EventContract extends ContractDefinition {
  readonly kind: 'event';
  parse(data: unknown): unknown;
}

/** The data that a contract describes. */
export type DataOf<C extends { parse(data: unknown): unknown }> = ReturnType<C['parse']>;

/**
 * Largest payload, as JSON in UTF-8. EventBridge takes entries below 1 MB, but a payload is billed by 64 KB, is copied to every
 * subscriber, and has to fit a commit record (400 KB) next to others: larger data belongs in an object store, with a reference to it here (claim check).
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export const PAYLOAD_BYTES_MAX = 256 * 1024;

/** Data is larger than a payload may be. */
export class PayloadTooLarge extends Error {
  readonly sizeBytes: number;

  constructor(type: string, sizeBytes: number) {
    super(
      `${type} has ${sizeBytes} bytes of data; a payload has at most ${PAYLOAD_BYTES_MAX}. Keep the large part in an object store and send a reference to it (claim check).`,
    );
    this.name = 'PayloadTooLarge';
    this.sizeBytes = sizeBytes;
  }
}

/** A generated check: the problems found, none where data is valid. */
export type Check = (data: unknown) => readonly SchemaProblem[];

/** Makes a contract of what the generator wrote: the definition, the check of the open form, and what the closed form refuses beyond it. */
export function defineContract<Type extends string, Data, Kind extends ContractKind>(
  definition: ContractDefinition<Type> & { readonly kind: Kind },
  checks: { readonly open: Check; readonly unknown: Check },
): Contract<Type, Data, Kind> {
  const read = (data: unknown, ...forms: readonly Check[]): Data => {
    const problems = forms.flatMap((check) => check(data));
    if (problems.length > 0) throw new SchemaInvalid(definition.dataschema, problems);
    return data as Data;
  };
  const parseClosed = (data: unknown): Data => read(data, checks.unknown, checks.open);
  const make = (data: Data): Payload<Type, Data> => {
    parseClosed(data);
    const sizeBytes = Buffer.byteLength(JSON.stringify(data));
    if (sizeBytes > PAYLOAD_BYTES_MAX) throw new PayloadTooLarge(definition.type, sizeBytes);
    return {
      type: definition.type,
      source: `tickertape.${definition.context}`,
      dataschema: definition.dataschema,
      subject: String(valueAt(data, definition.key)),
      partitionkey: String(valueAt(data, definition.partitionKey)),
      data,
    };
  };
  return Object.assign(make, {
    ...definition,
    parse: (data: unknown) => read(data, checks.open),
    parseClosed,
    summarize: (data: Data) => formatSummary(definition.summary, data),
  });
}

/** Puts values into a summary template. A member that is absent is shown as `–`; of a noun that is counted (`{lines.length} lines`) one has no plural. */
export function formatSummary(template: string, data: unknown): string {
  return template.replace(/\{([^}]+)\}(?: (\w+)s\b)?/g, (whole, path: string, noun: string | undefined) => {
    const value = valueAt(data, path);
    const plural = whole.slice(path.length + '{}'.length);
    return `${String(value ?? '–')}${noun !== undefined && path.endsWith('.length') && value === 1 ? ` ${noun}` : plural}`;
  });
}

function valueAt(data: unknown, path: string): unknown {
  let value = data;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined | null)?.[name];
  return value;
}
