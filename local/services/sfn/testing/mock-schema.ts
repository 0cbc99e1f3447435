import type { Json } from '../../../languages/states/index.ts';
import { validationException } from '../errors.ts';

/** What a result's member is: a type, a list of one, or an object with members. */
type Shape = 'string' | 'number' | 'boolean' | readonly [Shape] | { readonly [member: string]: Shape };

interface ResultShape {
  readonly members: { readonly [member: string]: Shape };
  readonly required: readonly string[];
}

const CAPACITY: Shape = { TableName: 'string', CapacityUnits: 'number', ReadCapacityUnits: 'number', WriteCapacityUnits: 'number' };

/**
 * Results of Step Functions' own integrations, as far as their members have types. Differs from AWS: mocked results of `aws-sdk` tasks are not checked.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
 */
const RESULTS: Readonly<Record<string, ResultShape>> = {
  'lambda:invoke': { members: { StatusCode: 'number', FunctionError: 'string', LogResult: 'string', ExecutedVersion: 'string' }, required: [] },
  'states:startExecution': { members: { ExecutionArn: 'string', StartDate: 'string' }, required: ['ExecutionArn', 'StartDate'] },
  'events:putEvents': {
    members: { FailedEntryCount: 'number', Entries: [{ EventId: 'string', ErrorCode: 'string', ErrorMessage: 'string' }] },
    required: [],
  },
  'sqs:sendMessage': {
    members: {
      MD5OfMessageBody: 'string',
      MD5OfMessageAttributes: 'string',
      MD5OfMessageSystemAttributes: 'string',
      MessageId: 'string',
      SequenceNumber: 'string',
    },
    required: [],
  },
  'sns:publish': { members: { MessageId: 'string', SequenceNumber: 'string' }, required: [] },
  'dynamodb:getItem': { members: { ConsumedCapacity: CAPACITY }, required: [] },
  'dynamodb:putItem': { members: { ConsumedCapacity: CAPACITY }, required: [] },
  'dynamodb:updateItem': { members: { ConsumedCapacity: CAPACITY }, required: [] },
  'dynamodb:deleteItem': { members: { ConsumedCapacity: CAPACITY }, required: [] },
};

const refused = (reason: string) => validationException(`Mock result schema validation error: ${reason}`);

/** Throws where a mocked result is not what the integration answers. Members that it does not have are no matter. Recorded. */
export function checkResult(integration: string, result: Json, { isPresenceRequired }: { readonly isPresenceRequired: boolean }): void {
  const shape = RESULTS[integration];
  if (!shape) return;
  if (isPresenceRequired) {
    for (const name of shape.required) if (memberOf(result, name) === undefined) throw refused(`Required field '${name}' is missing`);
  }
  checkMembers(result, shape.members);
}

function memberOf(value: Json, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

function checkMembers(value: Json, members: { readonly [member: string]: Shape }): void {
  for (const [name, shape] of Object.entries(members)) {
    const member = memberOf(value, name);
    if (member !== undefined) check(name, member, shape);
  }
}

function check(name: string, value: Json, shape: Shape): void {
  if (typeof shape === 'string') {
    if (typeof value !== shape) throw refused(`Field '${name}' must be a ${shape}`);
  } else if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw refused(`Field '${name}' must be an array`);
    for (const element of value) check(name, element, (shape as readonly [Shape])[0]);
  } else {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused(`Field '${name}' must be an object`);
    checkMembers(value, shape as { readonly [member: string]: Shape });
  }
}
