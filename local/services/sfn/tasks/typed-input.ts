import type { TaskService } from './services.ts';

/** Members that are bytes in the typed input: in a task they are Base64, but for Lambda's payload, which is JSON. */
const BYTES: Readonly<Record<string, ReadonlySet<string>>> = {
  lambda: new Set(['Payload', 'ZipFile']),
  kinesis: new Set(['Data']),
  sqs: new Set(['BinaryValue']),
  sns: new Set(['BinaryValue']),
  dynamodb: new Set(['B']),
};

/** Members that are times in the typed input. */
const TIMES = /^(Time|Timestamp|StartTime|EndTime|StartDate|EndDate|StartFrom|EventStartTime|EventEndTime|At|AtTimestamp|StartingPositionTimestamp)$/;

/** Members whose own members are a user's names, not the API's. */
const MAPS =
  /^(Item|Key|ExpressionAttributeNames|ExpressionAttributeValues|ExclusiveStartKey|Expected|AttributeUpdates|MessageAttributes|MessageSystemAttributes|Attributes|Variables|Tags|tags|M|RequestItems|Metadata|KeyConditions|ScanFilter|QueryFilter)$/;

const lowerFirst = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1);

const upperFirst = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** The typed input of an operation from a task's arguments. */
export function typedInput({ service, isCamelCase }: TaskService, args: unknown): object {
  const bytes = BYTES[service];
  const typed = (value: unknown, member: string, isMap: boolean): unknown => {
    if (typeof value === 'string') {
      if (bytes?.has(member)) return Buffer.from(value, 'base64');
      // CloudWatch Logs counts milliseconds; every other time is a date.
      return TIMES.test(member) && service !== 'cloudwatch-logs' && !isMap ? new Date(value) : value;
    }
    if (Array.isArray(value)) return value.map((element: unknown) => typed(element, member, isMap));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([name, inner]) => [isCamelCase && !isMap ? lowerFirst(name) : name, typed(inner, name, MAPS.test(name))]);
    return Object.fromEntries(entries) as object;
  };
  return typed(args, '', false) as object;
}

/** An operation's output as a task has it: members with capitals, times as ISO 8601, bytes as Base64. */
export function jsonOutput({ isCamelCase }: TaskService, output: unknown): unknown {
  const json = (value: unknown, isMap: boolean): unknown => {
    if (value instanceof Date) return value.toISOString();
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    if (value instanceof Set) return [...value].map((element) => json(element, isMap));
    if (Array.isArray(value)) return value.map((element: unknown) => json(element, isMap));
    if (typeof value !== 'object' || value === null) return value;
    const shown: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(value)) {
      if (inner !== undefined && name !== '$metadata') shown[isCamelCase && !isMap ? upperFirst(name) : name] = json(inner, MAPS.test(name));
    }
    return shown;
  };
  return json(output, false);
}
