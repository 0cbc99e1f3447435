import type { Lambda as LambdaClient } from '@aws-sdk/client-lambda';
import type { CodeStore } from '../../kernel/code-store.ts';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { resumeAsyncEvents } from './asynchronous.ts';
import { receive } from './delivery.ts';
import { completeRecords } from './earlier-records.ts';
import { resumeMappings } from './event-source-mapping/mappings.ts';
import { answerUrl } from './function-url/http.ts';
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './operations/aliases.ts';
import { deleteFunctionConcurrency, getAccountSettings, getFunctionConcurrency, putFunctionConcurrency } from './operations/concurrency.ts';
import * as eventInvokeConfigs from './operations/event-invoke-configs.ts';
import * as eventSourceMappings from './operations/event-source-mappings.ts';
import * as urls from './operations/function-urls.ts';
import * as functions from './operations/functions.ts';
import { invoke } from './operations/invoke.ts';
import * as layers from './operations/layers.ts';
import { addPermission, getPolicy, removePermission } from './operations/permissions.ts';
import * as settings from './operations/settings.ts';
import { listTags, tagResource, untagResource } from './operations/tags.ts';
import { listVersionsByFunction, publishVersion } from './operations/versions.ts';
import { resourceTypes } from './resources.ts';
import { type LambdaState, openState } from './state.ts';

const operations: Partial<OperationsOf<LambdaClient, LambdaState>> = {
  AddLayerVersionPermission: layers.addLayerVersionPermission,
  AddPermission: addPermission,
  CreateAlias: createAlias,
  CreateEventSourceMapping: eventSourceMappings.createEventSourceMapping,
  CreateFunction: functions.createFunction,
  CreateFunctionUrlConfig: urls.createFunctionUrlConfig,
  DeleteAlias: deleteAlias,
  DeleteEventSourceMapping: eventSourceMappings.deleteEventSourceMapping,
  DeleteFunction: functions.deleteFunction,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  DeleteFunctionEventInvokeConfig: eventInvokeConfigs.deleteFunctionEventInvokeConfig,
  DeleteFunctionUrlConfig: urls.deleteFunctionUrlConfig,
  DeleteLayerVersion: layers.deleteLayerVersion,
  GetAccountSettings: getAccountSettings,
  GetAlias: getAlias,
  GetEventSourceMapping: eventSourceMappings.getEventSourceMapping,
  GetFunction: functions.getFunction,
  GetFunctionConcurrency: getFunctionConcurrency,
  GetFunctionConfiguration: functions.getFunctionConfiguration,
  GetFunctionEventInvokeConfig: eventInvokeConfigs.getFunctionEventInvokeConfig,
  GetFunctionRecursionConfig: settings.getFunctionRecursionConfig,
  GetFunctionUrlConfig: urls.getFunctionUrlConfig,
  GetLayerVersion: layers.getLayerVersion,
  GetLayerVersionByArn: layers.getLayerVersionByArn,
  GetLayerVersionPolicy: layers.getLayerVersionPolicy,
  GetPolicy: getPolicy,
  GetRuntimeManagementConfig: settings.getRuntimeManagementConfig,
  Invoke: invoke,
  ListAliases: listAliases,
  ListEventSourceMappings: eventSourceMappings.listEventSourceMappings,
  ListFunctionEventInvokeConfigs: eventInvokeConfigs.listFunctionEventInvokeConfigs,
  ListFunctions: functions.listFunctions,
  ListFunctionUrlConfigs: urls.listFunctionUrlConfigs,
  ListLayers: layers.listLayers,
  ListLayerVersions: layers.listLayerVersions,
  ListTags: listTags,
  ListVersionsByFunction: listVersionsByFunction,
  PublishLayerVersion: layers.publishLayerVersion,
  PublishVersion: publishVersion,
  PutFunctionConcurrency: putFunctionConcurrency,
  PutFunctionEventInvokeConfig: eventInvokeConfigs.putFunctionEventInvokeConfig,
  PutFunctionRecursionConfig: settings.putFunctionRecursionConfig,
  PutRuntimeManagementConfig: settings.putRuntimeManagementConfig,
  RemoveLayerVersionPermission: layers.removeLayerVersionPermission,
  RemovePermission: removePermission,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateAlias: updateAlias,
  UpdateEventSourceMapping: eventSourceMappings.updateEventSourceMapping,
  UpdateFunctionCode: functions.updateFunctionCode,
  UpdateFunctionConfiguration: functions.updateFunctionConfiguration,
  UpdateFunctionEventInvokeConfig: eventInvokeConfigs.updateFunctionEventInvokeConfig,
  UpdateFunctionUrlConfig: urls.updateFunctionUrlConfig,
};

/** Lambda. `codeStore` keeps code that comes as bytes; the kernel's function runner runs it. */
export function createLambda({ codeStore }: { readonly codeStore: CodeStore }): Service<LambdaState> {
  return {
    name: 'lambda',
    arnService: 'lambda',
    createState(kernel) {
      const state = openState(kernel, codeStore);
      completeRecords({ kernel, state });
      for (const { name, reservedConcurrency } of state.functions.values()) state.concurrency.reserve(name, reservedConcurrency);
      resumeAsyncEvents({ kernel, state });
      resumeMappings({ kernel, state });
      return state;
    },
    operations,
    access: accessOf,
    resourceTypes,
    delivery: receive,
    http: answerUrl,
  };
}
