import type { ResourceType } from '../../../kernel/resource.ts';
import { deleteStateMachineVersion, publishStateMachineVersion } from '../operations/versions.ts';
import type { StatesState } from '../state.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachineversion.html */
export const versionResource: ResourceType<StatesState> = {
  properties: ['StateMachineArn', 'StateMachineRevisionId', 'Description'],
  create(properties, _place, context) {
    const { StateMachineArn: stateMachineArn, StateMachineRevisionId: revisionId, Description: description } = properties;
    const { stateMachineVersionArn: arn = '' } = publishStateMachineVersion({ stateMachineArn, revisionId, description }, context);
    return { ref: arn, attributes: { Arn: arn } };
  },
  // Every property belongs to what was published: a change is another version.
  update: () => 'replace',
  delete(physical, _properties, context) {
    if (context.state.versions.has(physical.ref)) deleteStateMachineVersion({ stateMachineVersionArn: physical.ref }, context);
  },
};
