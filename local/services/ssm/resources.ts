import type { ResourceType } from '../../kernel/resource.ts';
import { putParameter, type SsmState } from './state.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html */
export const parameterResource: ResourceType<SsmState> = {
  properties: ['Name', 'Type', 'Value', 'Description', 'DataType', 'Tier'],
  create(properties, place, { kernel, state }) {
    const name = properties['Name'] ?? place.generatedName({ lengthMax: 1011 });
    const { Type: type, Value: value, Description: description, DataType: dataType = 'text' } = properties;
    putParameter(state, { name, type, value, description, dataType, lastModifiedMs: kernel.nowMs() });
    return { ref: name, attributes: { Type: type, Value: value } };
  },
  update(properties, previous, physical, place, context) {
    if (properties['Name'] !== previous['Name']) return 'replace';
    return this.create({ ...properties, Name: physical.ref }, place, context);
  },
  delete(physical, _properties, { state }) {
    state.parameters.delete(physical.ref);
  },
};
