import { UserError } from '../../../kernel/errors.ts';
import type { Properties, ResourcePlace, ResourceType } from '../../../kernel/resource.ts';
import { createStateMachineAlias, deleteStateMachineAlias, updateStateMachineAlias } from '../operations/aliases.ts';
import type { StatesState } from '../state.ts';

interface Route {
  readonly StateMachineVersionArn: string;
  readonly Weight: number | string;
}

/** Routes of an alias. A deployment preference names one version, to which traffic is shifted; here it is shifted at once. */
function routesOf(
  properties: Properties,
  { logicalId }: Pick<ResourcePlace, 'logicalId'>,
): { readonly stateMachineVersionArn: string; readonly weight: number }[] {
  const preferred: string | undefined = properties['DeploymentPreference']?.StateMachineVersionArn;
  if (preferred !== undefined) return [{ stateMachineVersionArn: preferred, weight: 100 }];
  const routes: readonly Route[] | undefined = properties['RoutingConfiguration'];
  if (!routes) throw new UserError(`The alias ${logicalId} has neither a RoutingConfiguration nor a DeploymentPreference: give one of the two.`);
  return routes.map(({ StateMachineVersionArn, Weight }) => ({ stateMachineVersionArn: StateMachineVersionArn, weight: Number(Weight) }));
}

/**
 * Differs from AWS: a deployment preference shifts all traffic at once, whatever its type and interval, and watches no alarms.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachinealias.html
 */
export const aliasResource: ResourceType<StatesState> = {
  properties: ['Name', 'Description', 'RoutingConfiguration', 'DeploymentPreference'],
  create(properties, place, context) {
    const name: string = properties['Name'] ?? place.generatedName({ lengthMax: 80 });
    const input = { name, description: properties['Description'], routingConfiguration: routesOf(properties, place) };
    const { stateMachineAliasArn: arn = '' } = createStateMachineAlias(input, context);
    return { ref: arn, attributes: { Arn: arn } };
  },
  update(properties, previous, physical, place, context) {
    if (properties['Name'] !== previous['Name']) return 'replace';
    const { Description: description } = properties;
    updateStateMachineAlias({ stateMachineAliasArn: physical.ref, description, routingConfiguration: routesOf(properties, place) }, context);
    return physical;
  },
  delete(physical, _properties, context) {
    deleteStateMachineAlias({ stateMachineAliasArn: physical.ref }, context);
  },
};
