import type { SFN } from '@aws-sdk/client-sfn';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { receive } from './delivery.ts';
import { createEngine, resume } from './engine/engine.ts';
import { createActivity, deleteActivity, describeActivity, getActivityTask, listActivities } from './operations/activities.ts';
import {
  createStateMachineAlias,
  deleteStateMachineAlias,
  describeStateMachineAlias,
  listStateMachineAliases,
  updateStateMachineAlias,
} from './operations/aliases.ts';
import { describeExecution, listExecutions, redriveExecution, startExecution, stopExecution } from './operations/executions.ts';
import { getExecutionHistory } from './operations/history.ts';
import { describeMapRun, listMapRuns, updateMapRun } from './operations/map-runs.ts';
import {
  createStateMachine,
  deleteStateMachine,
  describeStateMachine,
  describeStateMachineForExecution,
  listStateMachines,
  updateStateMachine,
} from './operations/state-machines.ts';
import { startSyncExecution } from './operations/sync-execution.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './operations/tasks.ts';
import { testState } from './operations/test-state.ts';
import { validateStateMachineDefinition } from './operations/validate.ts';
import { deleteStateMachineVersion, listStateMachineVersions, publishStateMachineVersion } from './operations/versions.ts';
import { resourceTypes } from './resources.ts';
import { createState, type StatesState } from './state.ts';

const operations: Partial<OperationsOf<SFN, StatesState>> = {
  CreateActivity: createActivity,
  CreateStateMachine: createStateMachine,
  CreateStateMachineAlias: createStateMachineAlias,
  DeleteActivity: deleteActivity,
  DeleteStateMachine: deleteStateMachine,
  DeleteStateMachineAlias: deleteStateMachineAlias,
  DeleteStateMachineVersion: deleteStateMachineVersion,
  DescribeActivity: describeActivity,
  DescribeExecution: describeExecution,
  DescribeMapRun: describeMapRun,
  DescribeStateMachine: describeStateMachine,
  DescribeStateMachineAlias: describeStateMachineAlias,
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  GetActivityTask: getActivityTask,
  GetExecutionHistory: getExecutionHistory,
  ListActivities: listActivities,
  ListExecutions: listExecutions,
  ListMapRuns: listMapRuns,
  ListStateMachineAliases: listStateMachineAliases,
  ListStateMachines: listStateMachines,
  ListStateMachineVersions: listStateMachineVersions,
  ListTagsForResource: listTagsForResource,
  PublishStateMachineVersion: publishStateMachineVersion,
  RedriveExecution: redriveExecution,
  SendTaskFailure: sendTaskFailure,
  SendTaskHeartbeat: sendTaskHeartbeat,
  SendTaskSuccess: sendTaskSuccess,
  StartExecution: startExecution,
  StartSyncExecution: startSyncExecution,
  StopExecution: stopExecution,
  TagResource: tagResource,
  TestState: testState,
  UntagResource: untagResource,
  UpdateMapRun: updateMapRun,
  UpdateStateMachine: updateStateMachine,
  UpdateStateMachineAlias: updateStateMachineAlias,
  ValidateStateMachineDefinition: validateStateMachineDefinition,
};

/** Step Functions: state machines, their executions, and activities. */
export const sfn: Service<StatesState> = {
  name: 'sfn',
  arnService: 'states',
  createState(kernel) {
    const state = createState(kernel, (made) => createEngine(kernel, made));
    resume(state.engine);
    return state;
  },
  operations,
  access: accessOf,
  resourceTypes,
  delivery: receive,
};
