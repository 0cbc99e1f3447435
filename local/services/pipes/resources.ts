import type { CreatePipeCommandInput } from '@aws-sdk/client-pipes';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import { createPipe, updatePipe } from './operations/pipes.ts';
import { currentState, deletePipe, type PipesState } from './state.ts';

function requestOf(properties: Properties, name: string): CreatePipeCommandInput {
  return {
    Name: name,
    Description: properties['Description'],
    DesiredState: properties['DesiredState'],
    Source: properties['Source'],
    SourceParameters: properties['SourceParameters'],
    Enrichment: properties['Enrichment'],
    EnrichmentParameters: properties['EnrichmentParameters'],
    Target: properties['Target'],
    TargetParameters: properties['TargetParameters'],
    RoleArn: properties['RoleArn'],
    Tags: properties['Tags'],
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html */
export const pipeResource: ResourceType<PipesState> = {
  properties: [
    'Name',
    'Description',
    'DesiredState',
    'Source',
    'SourceParameters',
    'Enrichment',
    'EnrichmentParameters',
    'Target',
    'TargetParameters',
    'RoleArn',
    'Tags',
  ],
  async create(properties, place, context) {
    const name: string = properties['Name'] ?? place.generatedName({ lengthMax: 64 });
    await createPipe(requestOf(properties, name), context);
    return { ref: name, attributes: attributesOf(context.state, name) };
  },
  async update(properties, previous, physical, _place, context) {
    if (properties['Name'] !== previous['Name'] || properties['Source'] !== previous['Source']) return 'replace';
    const { Source: _, Tags: tags = {}, ...request } = requestOf(properties, physical.ref);
    await updatePipe({ ...request, DesiredState: request.DesiredState ?? 'RUNNING' }, context);
    const pipe = context.state.pipes.get(physical.ref);
    if (pipe) context.state.pipes.put(pipe.name, { ...pipe, tags });
    return { ref: physical.ref, attributes: attributesOf(context.state, physical.ref) };
  },
  delete(physical, _properties, { state }) {
    deletePipe(state, physical.ref);
  },
};

function attributesOf(state: PipesState, name: string): Record<string, string> {
  const pipe = state.pipes.get(name);
  if (!pipe) return {};
  const instant = (ms: number): string => new Date(ms).toISOString();
  return { Arn: pipe.arn, CurrentState: currentState(pipe), CreationTime: instant(pipe.createdMs), LastModifiedTime: instant(pipe.modifiedMs) };
}
