import { Fault } from '../../kernel/errors.ts';
import type { ThrottleReason } from './concurrency/concurrency.ts';

const user = { members: { Type: 'User' } };

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#API_GetFunction_Errors */
export const functionNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `Function not found: ${arn}`, user);

export const aliasNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `Cannot find alias arn: ${arn}`, user);

/** What a change of an alias answers where a look-up answers `aliasNotFound`. */
export const aliasToChangeNotFound = (arn: string): Fault => new Fault('ResourceNotFoundException', `Alias not found: ${arn}`, user);

export const aliasExists = (arn: string): Fault => new Fault('ResourceConflictException', `Alias already exists: ${arn}`, user);

/** Recorded. */
export const updateInProgress = (arn: string): Fault =>
  new Fault('ResourceConflictException', `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`, user);

export const versionInUse = (aliases: readonly string[]): Fault =>
  new Fault('ResourceConflictException', `Unable to delete version because the following aliases reference it: [${aliases.join(', ')}]`, user);

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#API_GetFunction_Errors */
export const notReachable = (region: string, here: string): Fault =>
  new Fault('ResourceNotFoundException', `Functions from '${region}' are not reachable in this region ('${here}')`, user);

export const otherAccount = (): Fault => new Fault('AccessDeniedException', 'The function is of another account, which is not there', { status: 403 });

export const derivedQualifierDiffers = (): Fault => invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');

/** `read` is what AWS tells the caller to call for the present revision. */
export const revisionDiffers = (read: 'GetFunction/GetAlias' | 'GetPolicy' | 'GetLayerPolicy'): Fault =>
  new Fault(
    'PreconditionFailedException',
    `The Revision Id provided does not match the latest Revision Id. Call the ${read} API to retrieve the latest Revision Id`,
    user,
  );

export const resourceNotFound = (message = 'The resource you requested does not exist.'): Fault => new Fault('ResourceNotFoundException', message, user);

export const urlExists = (arn: string): Fault =>
  new Fault(
    'ResourceConflictException',
    `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    user,
  );

export const layerVersionNotFound = (arn: string): Fault => resourceNotFound(`Layer version ${arn} does not exist.`);

export const functionExists = (name: string): Fault => new Fault('ResourceConflictException', `Function already exist: ${name}`, user);

/** AWS words it in two ways. Recorded. */
export function mappingExists({ sourceArn, functionName, uuid }: { readonly sourceArn: string; readonly functionName: string; readonly uuid: string }): Fault {
  const pair = `event source arn (" ${sourceArn} ") and function (" ${functionName} ")`;
  const what = sourceArn.includes(':sqs:') ? `An event source mapping with ${pair} already exists` : `The ${pair} provided mapping already exists`;
  return new Fault('ResourceConflictException', `${what}. Please update or delete the existing mapping with UUID ${uuid}`, user);
}

export const invalidParameter = (message: string): Fault => new Fault('InvalidParameterValueException', message, user);

/** Recorded. */
export const streamNotFound = (arn: string): Fault => invalidParameter(`Stream not found: ${arn}`);

export const validationException = (message: string): Fault => new Fault('ValidationException', message, { status: 400 });

export const invalidRequestContent = (reason: string): Fault =>
  new Fault('InvalidRequestContentException', `Could not parse request body into json: Could not parse payload into json: ${reason}`, user);

export const requestTooLarge = (bytes: number, limit: number): Fault =>
  new Fault('RequestTooLargeException', `Request must be smaller than ${limit} bytes for the InvokeFunction operation; it has ${bytes}`, user);

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export const tooManyRequests = (reason: ThrottleReason): Fault =>
  new Fault('TooManyRequestsException', 'Rate Exceeded.', { members: { Reason: reason, Type: 'User' } });

export const statementExists = (id: string): Fault =>
  new Fault(
    'ResourceConflictException',
    `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    user,
  );

export const noPolicyToChange = (): Fault => resourceNotFound('No policy is associated with the given resource.');

export const statementNotFound = (id: string): Fault => new Fault('ResourceNotFoundException', `Statement ${id} is not found in resource policy.`, user);

export const eventInvokeConfigNotFound = (arn: string): Fault =>
  new Fault('ResourceNotFoundException', `The function ${arn} doesn't have an EventInvokeConfig`, user);

export const unreservedTooLow = (): Fault =>
  invalidParameter("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].");

/** @see https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html */
export const roleNotAssumable = (): Fault => invalidParameter('The role defined for the function cannot be assumed by Lambda.');

export const latestCannotBeDeleted = (): Fault => invalidParameter('$LATEST version cannot be deleted without deleting the function.');

export const zippedTooLarge = (limit: number): Fault =>
  new Fault('RequestEntityTooLargeException', `Zipped size must be smaller than ${limit} bytes`, { status: 413 });

export const runtimeRetired = (runtime: string): Fault =>
  invalidParameter(
    `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
  );

export const runtimeUnknown = (runtime: string, known: readonly string[]): Fault =>
  invalidParameter(`Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${known.join(', ')}] or be a valid ARN`);

export const unzipFailed = (): Fault => invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');

/** The object that holds the code. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const codeNotReadable = ({ code, message }: Fault): Fault =>
  invalidParameter(`Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`);

export const noPolicyFor = (arn: string): Fault => resourceNotFound(`No policy found for: ${arn}`);

export const noLayerPolicy = (): Fault => resourceNotFound('No policy is associated with the given resource.');

/** A layer of another account: there is none other here. */
export const layerAccessDenied = (arn: string): Fault =>
  new Fault('AccessDeniedException', `The layer version ${arn} is of another account, which is not there`, { status: 403 });

export const mappingWithArnNotFound = (arn: string): Fault => resourceNotFound(`Event source mapping not found: ${arn}`);

export const tagsOfFunctionsOnly = (): Fault => invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');

export const tooManyTags = (): Fault => invalidParameter('Number of tags exceeds resource tag limit.');

/** Without `Type`. Recorded. */
export const latestWithOtherVersion = (): Fault =>
  new Fault('InvalidParameterValueException', '$LATEST is not supported for an alias pointing to more than 1 version');

/** A function URL that asks who calls. Its caller sees `Forbidden`. */
export const notSigned = (): Fault => new Fault('AccessDeniedException', 'The request is not signed', { status: 403 });
