/** An operation that a universal target names. */
export interface UniversalTarget {
  /** The emulated service's name; what AWS calls it where it is not emulated. */
  readonly service: string;
  readonly operation: string;
  readonly isKnown: boolean;
}

const ARN = /^arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/;

/** Names of services in universal targets, and the emulated service. @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html */
const SERVICES: Readonly<Record<string, string>> = {
  cloudwatch: 'cloudwatch',
  cloudwatchlogs: 'cloudwatch-logs',
  dynamodb: 'dynamodb',
  eventbridge: 'eventbridge',
  kinesis: 'kinesis',
  lambda: 'lambda',
  scheduler: 'scheduler',
  sesv2: 'sesv2',
  sfn: 'sfn',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
};

/** Operations that only read are no targets. @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html#unsupported-api-actions */
const READS =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|isAuthorizedWithToken|invokeModel)(?=[A-Z]|$)/;

/** Members that are bytes in the typed input: in an input that is JSON they are text. */
const BYTES: Readonly<Record<string, ReadonlySet<string>>> = {
  lambda: new Set(['Payload']),
  kinesis: new Set(['Data']),
  sqs: new Set(['BinaryValue']),
  sns: new Set(['BinaryValue']),
  dynamodb: new Set(['B']),
};

/** Members that are times in the typed input. */
const TIMES = new Set(['Time', 'Timestamp', 'StartDate', 'EndDate']);

/** Reads the ARN of a universal target; `undefined` where it is none. */
export function readUniversal(arn: string): UniversalTarget | undefined {
  const [, name, operation] = ARN.exec(arn) ?? [];
  if (name === undefined || operation === undefined) return undefined;
  const service = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  return { service: service ?? name, operation: operation[0]?.toUpperCase() + operation.slice(1), isKnown: service !== undefined };
}

/** Whether the target's operation is one that only reads, which AWS does not schedule. */
export function isRead(arn: string): boolean {
  return READS.test(ARN.exec(arn)?.[2] ?? '');
}

/** The typed input of an operation from a target's JSON: text where bytes belong is Base64 where it is such, for Lambda's payload as it stands. */
export function universalInput(service: string, json: string): object {
  const bytes = BYTES[service];
  const typed = (value: unknown, member: string): unknown => {
    if (typeof value === 'string') {
      if (bytes?.has(member)) return Buffer.from(value, service === 'lambda' ? 'utf8' : 'base64');
      return TIMES.has(member) ? new Date(value) : value;
    }
    if (Array.isArray(value)) return value.map((element: unknown) => typed(element, member));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, typed(inner, name)]));
  };
  return typed(JSON.parse(json), '') as object;
}
