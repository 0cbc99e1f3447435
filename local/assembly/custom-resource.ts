import { parseArn } from '../kernel/arn.ts';
import { UserError } from '../kernel/errors.ts';
import type { JournalEntry } from '../kernel/journal.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { PhysicalResource, Properties } from '../kernel/resource.ts';
import { stackId } from './names.ts';
import type { HandlerPlace, ResourceHandler } from './resource-handlers.ts';

/** How long CloudFormation waits for an answer where `ServiceTimeout` says nothing. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html */
const SERVICE_TIMEOUT_SECONDS = 3600;

export const isCustomResource = (type: string): boolean => type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');

/** What a provider function puts to the response URL. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
interface CustomResourceAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
}

interface CustomRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly properties: Properties;
  readonly previous?: Properties;
  readonly physical?: PhysicalResource;
}

/**
 * Resources that a Lambda function of the app provides: it is invoked with CloudFormation's request and answers with a PUT to the response URL,
 * which the `cloudformation` service journals as `custom-resource-answered`.
 * Differs from AWS: the invocation is synchronous and not repeated, so that a function that fails ends the deployment at once, not after an hour.
 */
export function customResource(kernel: Kernel): ResourceHandler {
  const request = (custom: CustomRequest, place: HandlerPlace): Promise<PhysicalResource> => callProvider(kernel, custom, place);
  return {
    properties: undefined,
    create: (properties, place) => request({ requestType: 'Create', properties }, place),
    update: (properties, previous, physical, place) => request({ requestType: 'Update', properties, previous, physical }, place),
    delete: async (physical, properties, place) => {
      await request({ requestType: 'Delete', properties, physical }, place);
    },
  };
}

async function callProvider(kernel: Kernel, custom: CustomRequest, place: HandlerPlace): Promise<PhysicalResource> {
  const { ServiceToken: serviceToken, ServiceTimeout: timeoutSeconds = SERVICE_TIMEOUT_SECONDS } = custom.properties;
  if (parseArn(String(serviceToken))?.service !== 'lambda') {
    throw new UserError(`its ServiceToken is ${JSON.stringify(serviceToken)}; only a Lambda function can provide a custom resource here`);
  }
  const requestId = kernel.uuid();
  const event = requestEvent(kernel, custom, { place, requestId });
  const answer = await driven(kernel, waitForAnswer(kernel, event, Number(timeoutSeconds)));
  if (answer.Status !== 'SUCCESS') throw new UserError(`its provider ${serviceToken} answered ${answer.Status}: ${answer.Reason ?? 'no reason given'}`);
  const attributes = Object.entries(answer.Data ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  return { ref: answer.PhysicalResourceId ?? custom.physical?.ref ?? requestId, attributes: Object.fromEntries(attributes) };
}

/** Invokes the provider and resolves with what it puts to the response URL. */
function waitForAnswer(kernel: Kernel, event: CustomResourceEvent, timeoutSeconds: number): Promise<CustomResourceAnswer> {
  let end = (): void => {};
  const answer = new Promise<CustomResourceAnswer>((resolve, reject) => {
    const fail = (reason: string): void => reject(new UserError(`its provider ${event.ServiceToken} ${reason}`));
    const stopListening = kernel.journal.listen((entry: JournalEntry) => {
      if (entry.kind === 'custom-resource-answered' && entry.detail['requestId'] === event.RequestId) resolve(entry.detail['answer'] as CustomResourceAnswer);
    });
    const timer = kernel.at(kernel.nowMs() + timeoutSeconds * 1000, 'custom resource timeout', () => fail(`did not answer within ${timeoutSeconds} s`));
    end = () => {
      stopListening();
      timer.cancel();
    };
    const input = { FunctionName: event.ServiceToken, InvocationType: 'RequestResponse', Payload: Buffer.from(JSON.stringify(event)) };
    kernel
      .request<{ FunctionError?: string; Payload?: Uint8Array }>({ service: 'lambda', operation: 'Invoke', input, principal: { type: 'root' } })
      .then(({ FunctionError, Payload }) => {
        if (FunctionError) fail(`failed: ${new TextDecoder().decode(Payload)}`);
      }, reject);
  });
  return answer.finally(() => end());
}

interface CustomResourceEvent {
  readonly ServiceToken: string;
  readonly RequestId: string;
  readonly [member: string]: unknown;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
function requestEvent(kernel: Kernel, custom: CustomRequest, of: { readonly place: HandlerPlace; readonly requestId: string }): CustomResourceEvent {
  const { place, requestId } = of;
  const id = stackId(place.stackName, kernel);
  const host = `cloudformation-custom-resource-response-${kernel.region.replaceAll('-', '')}.s3.${kernel.region}.amazonaws.com`;
  const { requestType, properties, previous, physical } = custom;
  return {
    RequestType: requestType,
    ServiceToken: String(properties['ServiceToken']),
    ResponseURL: `https://${host}/${encodeURIComponent(`${id}|${place.logicalId}|${requestId}`)}`,
    StackId: id,
    RequestId: requestId,
    LogicalResourceId: place.logicalId,
    ...(physical ? { PhysicalResourceId: physical.ref } : {}),
    ResourceType: place.resourceType,
    ResourceProperties: asText(properties),
    ...(previous ? { OldResourceProperties: asText(previous) } : {}),
  };
}

/** CloudFormation hands on every scalar as text. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asText(member)]));
  return String(value);
}

/** Waits; on a virtual clock that means driving it. */
async function driven<Result>(kernel: Kernel, work: Promise<Result>): Promise<Result> {
  if (!kernel.isVirtual) return work;
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  ended.catch(() => {});
  await kernel.run({ isDone: () => isDone });
  return ended;
}
