import type { Pipes } from '@aws-sdk/client-pipes';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { createPipe, deletePipe, describePipe, listPipes, startPipe, stopPipe, updatePipe } from './operations/pipes.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { pipeResource } from './resources.ts';
import { startReading } from './running/start.ts';
import { createState, type PipesState } from './state.ts';

const operations: Partial<OperationsOf<Pipes, PipesState>> = {
  CreatePipe: createPipe,
  DeletePipe: deletePipe,
  DescribePipe: describePipe,
  ListPipes: listPipes,
  ListTagsForResource: listTagsForResource,
  StartPipe: startPipe,
  StopPipe: stopPipe,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdatePipe: updatePipe,
};

/** EventBridge Pipes: from a queue or a stream, through filter, enrichment and template, to a target. */
export const pipes: Service<PipesState> = {
  name: 'pipes',
  arnService: 'pipes',
  createState: (kernel) => createState(kernel, startReading),
  operations,
  access: accessOf,
  resourceTypes: { 'AWS::Pipes::Pipe': pipeResource },
};
