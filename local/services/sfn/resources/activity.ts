import type { ResourceType } from '../../../kernel/resource.ts';
import { createActivity, deleteActivity } from '../operations/activities.ts';
import type { StatesState } from '../state.ts';
import { tagsOfTemplate } from './tags.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-activity.html */
export const activityResource: ResourceType<StatesState> = {
  properties: ['Name', 'Tags'],
  create(properties, place, context) {
    const name: string = properties['Name'] ?? place.generatedName({ lengthMax: 80 });
    const { activityArn: arn = '' } = createActivity({ name, tags: tagsOfTemplate(properties) }, context);
    return { ref: arn, attributes: { Arn: arn, Name: name } };
  },
  update(properties, previous, physical, _place, { state }) {
    if (properties['Name'] !== previous['Name']) return 'replace';
    const activity = state.activities.get(physical.ref);
    const tags = Object.fromEntries(tagsOfTemplate(properties).map(({ key, value }) => [key, value]));
    if (activity) state.activities.put(activity.arn, { ...activity, tags });
    return physical;
  },
  delete(physical, _properties, context) {
    deleteActivity({ activityArn: physical.ref }, context);
  },
};
