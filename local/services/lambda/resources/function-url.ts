import type { Properties, ResourceType } from '../../../kernel/resource.ts';
import { functionUrl } from '../function-url/address.ts';
import { functionArn, qualifiedNamed } from '../naming.ts';
import { newUrl, refuseStreaming } from '../operations/function-urls.ts';
import type { UrlCors } from '../records.ts';
import { keyOf, type Lambda, type LambdaState, putUrl, removeUrl } from '../state.ts';

function corsOf(properties: Properties): UrlCors | undefined {
  const cors = properties['Cors'] as (UrlCors & { MaxAge?: number | string }) | undefined;
  return cors && { ...cors, ...(cors.MaxAge !== undefined && { MaxAge: Number(cors.MaxAge) }) };
}

const keyNamed = (properties: Properties, context: Lambda): { readonly name: string; readonly qualifier: string | undefined } => {
  const { record, qualifier } = qualifiedNamed(context, properties['TargetFunctionArn'], properties['Qualifier']);
  return { name: record.name, qualifier };
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html */
export const urlResource: ResourceType<LambdaState> = {
  properties: ['AuthType', 'Cors', 'InvokeMode', 'Qualifier', 'TargetFunctionArn'],
  create(properties, _place, context) {
    refuseStreaming(properties['InvokeMode']);
    const { name: functionName, qualifier } = keyNamed(properties, context);
    const { urlId } = newUrl(context, { functionName, qualifier, authType: properties['AuthType'], cors: corsOf(properties) });
    const arn = keyOf(functionArn(context.kernel, functionName), qualifier);
    return { ref: arn, attributes: { FunctionArn: arn, FunctionUrl: functionUrl(urlId, context.kernel.region) } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['TargetFunctionArn'] !== previous['TargetFunctionArn'] || properties['Qualifier'] !== previous['Qualifier']) return 'replace';
    refuseStreaming(properties['InvokeMode']);
    const { name, qualifier } = keyNamed(properties, context);
    const url = context.state.urls.get(keyOf(name, qualifier));
    if (!url) return 'replace';
    putUrl(context, { ...url, authType: properties['AuthType'], cors: corsOf(properties), lastModifiedMs: context.kernel.nowMs() });
    return physical;
  },
  delete(physical, _properties, context) {
    removeUrl(context, physical.ref.slice(functionArn(context.kernel, '').length));
  },
};
