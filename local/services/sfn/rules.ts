import type { LoggingConfiguration } from '@aws-sdk/client-sfn';
import { NotEmulated } from '../../kernel/errors.ts';
import { readDefinition, refusalOf, type State, type StateMachine } from '../../languages/states/index.ts';
import { invalidLoggingConfiguration, refusedDefinition } from './errors.ts';
import type { Logging, MachineType } from './records.ts';
import { readResource } from './tasks/resource.ts';
import { optimizedIntegration, sdkService } from './tasks/services.ts';

/** A machine that logs has one destination. */
export function readLogging(configuration: LoggingConfiguration | undefined): Logging {
  const { level = 'OFF', includeExecutionData = false, destinations } = configuration ?? {};
  const arns = destinations?.flatMap(({ cloudWatchLogsLogGroup: group }) => group?.logGroupArn ?? []);
  if (level !== 'OFF' && arns?.length !== 1) throw invalidLoggingConfiguration('Must specify exactly one Log Destination.');
  if (arns && arns.length > 1) throw invalidLoggingConfiguration('Must specify exactly one Log Destination.');
  return { level, includeExecutionData, destinations: arns };
}

/** Throws where a definition is none, or asks for what is not emulated. */
export function checkDefinition(definition: string, type: MachineType): void {
  const refusal = refusalOf(definition, type);
  if (refusal !== undefined) throw refusedDefinition(refusal);
  checkTasks(readDefinition(definition));
}

/** Throws where a task, however deep, names what is not emulated. */
export function checkTasks(machine: StateMachine): void {
  for (const state of Object.values(machine.States)) {
    if (state.Type === 'Task') checkTask(state);
    if (state.Type === 'Parallel') for (const branch of state.Branches) checkTasks(branch);
    if (state.Type === 'Map') checkTasks(state.ItemProcessor);
  }
}

function checkTask({ Resource }: Extract<State, { Type: 'Task' }>): void {
  const resource = readResource(Resource);
  if (resource === undefined || resource.kind === 'lambda' || resource.kind === 'activity') return;
  const refused = new NotEmulated(`A task of the resource ${Resource}`, 'sfn');
  if (resource.kind === 'optimized') {
    if (!optimizedIntegration(resource.name, resource.action)?.patterns.includes(resource.pattern)) throw refused;
  } else if (!sdkService(resource.name) || resource.pattern === 'sync' || resource.pattern === 'sync:2') throw refused;
}
