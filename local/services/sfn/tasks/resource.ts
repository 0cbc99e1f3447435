/** How long a task lasts: until its call returns, until what it began has ended, or until someone calls back with its token. */
export type Pattern = 'request-response' | 'sync' | 'sync:2' | 'callback';

/** What a Task state's `Resource` names. */
export type TaskResource =
  | { readonly kind: 'lambda'; readonly functionArn: string }
  | { readonly kind: 'activity'; readonly activityArn: string }
  | {
      /** `optimized`: Step Functions' own integration of a service; `sdk`: any operation as its SDK has it. */
      readonly kind: 'optimized' | 'sdk';
      /** The service as the resource names it (`events`, `dynamodb`). */
      readonly name: string;
      /** `putItem` */
      readonly action: string;
      readonly pattern: Pattern;
      /** As history events write it: `sqs`, `aws-sdk:dynamodb`. */
      readonly resourceType: string;
      /** As history events write it: `sendMessage.waitForTaskToken`. */
      readonly resource: string;
    };

const LAMBDA = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[^\s]+$/;
const ACTIVITY = /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:activity:[^\s]+$/;
const SERVICE = /^arn:aws[a-z-]*:states:[a-z0-9-]*:(?:\d{12})?:(aws-sdk:)?([a-z0-9]+):([a-zA-Z0-9]+)(?:\.(sync:2|sync|waitForTaskToken))?$/;

/** Reads a `Resource`; `undefined` where it has none of the forms that Step Functions knows. */
export function readResource(arn: string): TaskResource | undefined {
  if (LAMBDA.test(arn)) return { kind: 'lambda', functionArn: arn };
  if (ACTIVITY.test(arn)) return { kind: 'activity', activityArn: arn };
  const [, sdk, name, action, suffix] = SERVICE.exec(arn) ?? [];
  if (name === undefined || action === undefined) return undefined;
  return {
    kind: sdk === undefined ? 'optimized' : 'sdk',
    name,
    action,
    pattern: suffix === 'waitForTaskToken' ? 'callback' : ((suffix as 'sync' | 'sync:2' | undefined) ?? 'request-response'),
    resourceType: sdk === undefined ? name : `aws-sdk:${name}`,
    resource: suffix === undefined ? action : `${action}.${suffix}`,
  };
}
