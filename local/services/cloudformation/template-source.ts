import { Fault, NotEmulated, UserError } from '../../kernel/errors.ts';
import type { StackRequest, TemplateFacts } from './engine.ts';
import { insufficientCapabilities, validationError } from './errors.ts';
import type { CloudFormationContext } from './state.ts';

/** A template in the request is smaller than one in a bucket. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const BODY_BYTES_MAX = 51_200;
const URL_BYTES_MAX = 1_048_576;

/** Where a template stands. */
export interface TemplateSource {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
}

/** Bucket and key of a URL of S3, in either style; the plane's own address is one too. */
function locationOf(url: string): { readonly Bucket: string; readonly Key: string } {
  let parsed: URL;
  let path: string;
  try {
    parsed = new URL(url);
    path = decodeURIComponent(parsed.pathname.slice(1));
  } catch (error) {
    if (error instanceof TypeError || error instanceof URIError) throw validationError(`TemplateURL must be a supported URL.`);
    throw error;
  }
  const inHost = /^(.+)\.s3[.-](?:.*\.)?(?:amazonaws\.com|localhost)$/.exec(parsed.hostname)?.[1] ?? /^(.+)\.localhost$/.exec(parsed.hostname)?.[1];
  if (inHost !== undefined && inHost !== 's3') return { Bucket: inHost, Key: path };
  const slash = path.indexOf('/');
  return { Bucket: path.slice(0, slash), Key: path.slice(slash + 1) };
}

async function fromBucket(url: string, { kernel, cause }: CloudFormationContext): Promise<string> {
  try {
    const call = { service: 's3', operation: 'GetObject', input: locationOf(url), principal: { type: 'root' }, cause } as const;
    const { Body: content = new Uint8Array() } = await kernel.request<{ Body?: Uint8Array }>(call);
    if (content.byteLength > URL_BYTES_MAX) throw validationError(`Template may not exceed ${URL_BYTES_MAX} bytes in size.`);
    return new TextDecoder().decode(content);
  } catch (error) {
    if (error instanceof Fault && (error.code === 'NoSuchKey' || error.code === 'NoSuchBucket')) throw validationError(`S3 error: ${error.message}`);
    throw error;
  }
}

/** The text of a template: in the request, in a bucket of the plane, or the stack's own. */
export async function templateTextOf(
  { TemplateBody, TemplateURL, UsePreviousTemplate }: TemplateSource,
  previous: string | undefined,
  context: CloudFormationContext,
): Promise<string> {
  if (TemplateBody !== undefined) {
    if (Buffer.byteLength(TemplateBody) > BODY_BYTES_MAX) {
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${BODY_BYTES_MAX}`,
      );
    }
    return TemplateBody;
  }
  if (TemplateURL !== undefined) return await fromBucket(TemplateURL, context);
  if (UsePreviousTemplate === true && previous !== undefined) return previous;
  throw validationError('Either Template URL or Template Body must be specified.');
}

/** Reads a template; what is wrong with it is the caller's error. */
export function readTemplate(text: string, { state }: CloudFormationContext): TemplateFacts {
  return asValidation(() => state.engine.template(text));
}

/** Runs work that a template can make fail: what it asks for and the plane does not have is refused by name, anything else is invalid. */
export function asValidation<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asFault(error);
  }
}

/** How a caller is told of an error of a template. */
export function asFault(error: unknown): unknown {
  if (error instanceof UserError) return error.name === 'UserError' ? validationError(error.message) : new NotEmulatedTemplate(error);
  return error;
}

/** A template that asks for what is not here: all of it, in one message. */
class NotEmulatedTemplate extends NotEmulated {
  constructor(error: UserError) {
    super('Something in the template', 'cloudformation');
    this.message = error.message;
    this.cause = error;
  }
}

const NAMES = ['RoleName', 'UserName', 'GroupName', 'ManagedPolicyName', 'InstanceProfileName'];

/** Throws unless the capabilities are acknowledged that a template needs. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
export function checkCapabilities({ Resources: resources }: TemplateFacts, given: readonly string[]): void {
  const needed = neededCapability(Object.values(resources));
  if (needed === undefined || given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed)) return;
  throw insufficientCapabilities(needed);
}

/** The capability that resources need, or none. */
export function neededCapability(resources: readonly { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }[]): string | undefined {
  const ofIam = resources.filter(({ Type: type }) => type.startsWith('AWS::IAM::'));
  if (ofIam.length === 0) return undefined;
  return ofIam.some(({ Properties: properties = {} }) => NAMES.some((name) => name in properties)) ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM';
}

/** Parameters as they were given; those of the stack stay where it says so. */
export function parametersOf(
  given: readonly {
    readonly ParameterKey?: string | undefined;
    readonly ParameterValue?: string | undefined;
    readonly UsePreviousValue?: boolean | undefined;
  }[],
  previous: StackRequest['parameters'],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { ParameterKey: key = '', ParameterValue: value, UsePreviousValue: keeps } of given) {
    const found = keeps ? previous[key] : value;
    if (found !== undefined) values[key] = found;
  }
  return values;
}

export const tagsOf = (given: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]): Record<string, string> =>
  Object.fromEntries(given.map(({ Key: key = '', Value: value = '' }) => [key, value]));
