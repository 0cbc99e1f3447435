import type { CloudFormation } from '@aws-sdk/client-cloudformation';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { answerOfCustomResource } from './custom-resource-answer.ts';
import type { StackEngine } from './engine.ts';
import { createChangeSet, deleteChangeSet, describeChangeSet, executeChangeSet, listChangeSets } from './operations/change-sets.ts';
import {
  describeStackEvents,
  describeStackResource,
  describeStackResources,
  describeStacks,
  listExports,
  listImports,
  listStackResources,
  listStacks,
} from './operations/describe.ts';
import { createStack, deleteStack, updateStack } from './operations/stacks.ts';
import { getTemplate, getTemplateSummary, validateTemplate } from './operations/templates.ts';
import { type CloudFormationState, createState, stackNameOf } from './state.ts';

const operations: Partial<OperationsOf<CloudFormation, CloudFormationState>> = {
  CreateStack: createStack,
  UpdateStack: updateStack,
  DeleteStack: deleteStack,
  CreateChangeSet: createChangeSet,
  DescribeChangeSet: describeChangeSet,
  ExecuteChangeSet: executeChangeSet,
  DeleteChangeSet: deleteChangeSet,
  ListChangeSets: listChangeSets,
  DescribeStacks: describeStacks,
  ListStacks: listStacks,
  DescribeStackResources: describeStackResources,
  DescribeStackResource: describeStackResource,
  ListStackResources: listStackResources,
  DescribeStackEvents: describeStackEvents,
  ListExports: listExports,
  ListImports: listImports,
  GetTemplate: getTemplate,
  GetTemplateSummary: getTemplateSummary,
  ValidateTemplate: validateTemplate,
};

/**
 * CloudFormation: the stacks that are deployed, by an assembly or through the API, and the URL to which custom resources answer. Who makes stacks is
 * `local/assembly`, handed in as `stacks` and asked for at the first call.
 */
export function createCloudFormation({ stacks }: { readonly stacks: () => StackEngine }): Service<CloudFormationState> {
  return {
    name: 'cloudformation',
    arnService: 'cloudformation',
    createState: (kernel) => createState(kernel, stacks),
    operations,
    access(operation, input, { kernel, state }) {
      const name: string | undefined = input.StackName;
      const resource = name === undefined ? '*' : name.startsWith('arn:') ? name : `${kernel.arn('cloudformation', `stack/${stackNameOf(name)}`)}/*`;
      const known = name !== undefined && state.engine.find(stackNameOf(name)) ? state.engine.idOf(stackNameOf(name)) : resource;
      return [{ action: `cloudformation:${operation}`, resource: known }];
    },
    http: answerOfCustomResource,
  };
}
