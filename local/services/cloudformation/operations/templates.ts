import type {
  GetTemplateCommandInput,
  GetTemplateCommandOutput,
  GetTemplateSummaryCommandInput,
  GetTemplateSummaryCommandOutput,
  ValidateTemplateCommandInput,
  ValidateTemplateCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { TemplateFacts } from '../engine.ts';
import { type CloudFormationContext, stackOf } from '../state.ts';
import { neededCapability, readTemplate, templateTextOf } from '../template-source.ts';

type Output<T> = Omit<T, '$metadata'>;

export function getTemplate(input: GetTemplateCommandInput, { state }: CloudFormationContext): Output<GetTemplateCommandOutput> {
  refuseAllBut(['StackName', 'TemplateStage'], input, { operation: 'GetTemplate', page: 'cloudformation' });
  return { TemplateBody: stackOf(state, input.StackName).templateText, StagesAvailable: ['Original', 'Processed'] };
}

/** What a template says of itself. */
function about(template: TemplateFacts) {
  const needed = neededCapability(Object.values(template.Resources));
  const { Description: description } = template;
  return {
    ...(description !== undefined && { Description: description }),
    ...(needed !== undefined && {
      Capabilities: [needed as never],
      CapabilitiesReason: `The following resource(s) require capabilities: [${[
        ...new Set(
          Object.values(template.Resources)
            .map(({ Type: type }) => type)
            .filter((type) => type.startsWith('AWS::IAM::')),
        ),
      ].join(', ')}]`,
    }),
    DeclaredTransforms: [...template.Transform],
  };
}

export async function getTemplateSummary(
  input: GetTemplateSummaryCommandInput,
  context: CloudFormationContext,
): Promise<Output<GetTemplateSummaryCommandOutput>> {
  refuseAllBut(['StackName', 'TemplateBody', 'TemplateURL'], input, { operation: 'GetTemplateSummary', page: 'cloudformation' });
  const text = input.StackName === undefined ? await templateTextOf(input, undefined, context) : stackOf(context.state, input.StackName).templateText;
  const template = readTemplate(text, context);
  return {
    ...about(template),
    Parameters: Object.entries(template.Parameters).map(([ParameterKey, { Type, Default, Description, NoEcho, AllowedValues }]) => ({
      ParameterKey,
      ParameterType: Type,
      NoEcho: String(NoEcho) === 'true',
      ...(Default !== undefined && { DefaultValue: String(Default) }),
      ...(Description !== undefined && { Description }),
      ParameterConstraints: AllowedValues === undefined ? {} : { AllowedValues: AllowedValues.map(String) },
    })),
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
    Version: '2010-09-09',
  };
}

export async function validateTemplate(input: ValidateTemplateCommandInput, context: CloudFormationContext): Promise<Output<ValidateTemplateCommandOutput>> {
  const text = await templateTextOf(input, undefined, context);
  const template = readTemplate(text, context);
  return {
    ...about(template),
    Parameters: Object.entries(template.Parameters).map(([ParameterKey, { Default, Description, NoEcho }]) => ({
      ParameterKey,
      NoEcho: String(NoEcho) === 'true',
      ...(Default !== undefined && { DefaultValue: String(Default) }),
      ...(Description !== undefined && { Description }),
    })),
  };
}
