import type { ResourceType } from '../../kernel/resource.ts';
import { activityResource } from './resources/activity.ts';
import { aliasResource } from './resources/alias.ts';
import { stateMachineResource } from './resources/state-machine.ts';
import { versionResource } from './resources/version.ts';
import type { StatesState } from './state.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html */
export const resourceTypes: Readonly<Record<string, ResourceType<StatesState>>> = {
  'AWS::StepFunctions::Activity': activityResource,
  'AWS::StepFunctions::StateMachine': stateMachineResource,
  'AWS::StepFunctions::StateMachineAlias': aliasResource,
  'AWS::StepFunctions::StateMachineVersion': versionResource,
};
