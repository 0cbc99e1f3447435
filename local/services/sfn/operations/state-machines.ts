import type {
  CreateStateMachineInput,
  CreateStateMachineOutput,
  DeleteStateMachineInput,
  DeleteStateMachineOutput,
  DescribeStateMachineForExecutionInput,
  DescribeStateMachineForExecutionOutput,
  DescribeStateMachineInput,
  DescribeStateMachineOutput,
  ListStateMachinesInput,
  ListStateMachinesOutput,
  LoggingConfiguration,
  UpdateStateMachineInput,
  UpdateStateMachineOutput,
} from '@aws-sdk/client-sfn';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { compile } from '../engine/compile.ts';
import { missingRequiredParameter, stateMachineAlreadyExists, stateMachineDoesNotExist, validationException } from '../errors.ts';
import { checkDestination } from '../log-destination.ts';
import { checkName, readArnOf, stateMachineArn } from '../naming.ts';
import type { Logging, Revision, StateMachine, Version } from '../records.ts';
import { checkRole } from '../role-trust.ts';
import { checkDefinition, readLogging } from '../rules.ts';
import type { States, StatesState } from '../state.ts';
import { variableReferences } from '../variable-references.ts';
import { page } from './paging.ts';
import { resolveExecution } from './resolve.ts';
import { readTags } from './tags.ts';
import { publishVersion } from './versions.ts';

const CREATED = [
  'name',
  'definition',
  'roleArn',
  'type',
  'loggingConfiguration',
  'tags',
  'tracingConfiguration',
  'publish',
  'versionDescription',
  'encryptionConfiguration',
];
const UPDATED = [
  'stateMachineArn',
  'definition',
  'roleArn',
  'loggingConfiguration',
  'tracingConfiguration',
  'publish',
  'versionDescription',
  'encryptionConfiguration',
];

/** Only keys of AWS's own are emulated: nothing is encrypted here. */
function checkEncryption(input: CreateStateMachineInput | UpdateStateMachineInput, operation: string): void {
  const { encryptionConfiguration: encryption } = input;
  if (encryption?.type === 'AWS_OWNED_KEY') return;
  refuseAllBut([], { encryptionConfiguration: encryption }, { operation, page: 'sfn' });
}

/** Idempotent: the same name with the same definition, type, logging and tracing answers the machine that is there, whatever role and tags the request has. */
export async function createStateMachine(input: CreateStateMachineInput, context: States): Promise<CreateStateMachineOutput> {
  const { kernel, state } = context;
  refuseAllBut(CREATED, input, { operation: 'CreateStateMachine', page: 'sfn' });
  checkEncryption(input, 'CreateStateMachine');
  const { name = '', definition = '', roleArn = '', type = 'STANDARD', publish = false, versionDescription } = input;
  checkName(name);
  const logging = readLogging(input.loggingConfiguration);
  checkDefinition(definition, type);
  if (versionDescription !== undefined && !publish) throw validationException('Version description can only be set when publish is true');
  const arn = stateMachineArn(kernel, name);
  await checkRole(roleArn, arn, context);
  await checkDestination(logging, context);
  const existing = state.machines.get(arn);
  if (existing) return existingMachine(existing, { definition, type, logging, isTraced: input.tracingConfiguration?.enabled ?? false }, { input, state });
  const createdMs = kernel.nowMs();
  const machine = { arn, name, type, createdMs, revisionKey: '', tags: readTags(input.tags), lastVersion: 0 };
  revise(state, machine, { revisionId: undefined, definition, roleArn, logging, isTraced: input.tracingConfiguration?.enabled ?? false });
  const version = publish ? publishVersion(state, arn, versionDescription) : undefined;
  return { stateMachineArn: arn, creationDate: new Date(createdMs), ...(version && { stateMachineVersionArn: version.arn }) };
}

/** Gives a machine another revision, from which the next executions start. */
function revise(
  state: StatesState,
  machine: StateMachine,
  revision: Pick<Revision, 'revisionId' | 'definition' | 'roleArn' | 'logging' | 'isTraced'>,
): Revision {
  const { kernel } = state;
  const key = kernel.uuid();
  const made: Revision = { ...revision, key, stateMachineArn: machine.arn, machineName: machine.name, type: machine.type, createdMs: kernel.nowMs() };
  state.revisions.put(key, made);
  state.machines.put(machine.arn, { ...machine, revisionKey: key });
  return made;
}

function existingMachine(
  machine: StateMachine,
  asked: Pick<Revision, 'definition' | 'type' | 'logging' | 'isTraced'>,
  { input, state }: { readonly input: CreateStateMachineInput; readonly state: StatesState },
): CreateStateMachineOutput {
  const { definition, type, logging, isTraced } = revisionOf(state, machine);
  const version = [...state.versions.values()].find(({ stateMachineArn: arn, number }) => arn === machine.arn && number === 1);
  const isSame = sameJson(definition, asked.definition) && type === asked.type && sameLogging(logging, asked.logging) && isTraced === asked.isTraced;
  if (!isSame || (input.publish ?? false) !== (version !== undefined)) throw stateMachineAlreadyExists(machine.arn);
  return { stateMachineArn: machine.arn, creationDate: new Date(machine.createdMs), ...(version && { stateMachineVersionArn: version.arn }) };
}

const sameJson = (a: string, b: string): boolean => a === b || JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));

const sameLogging = (a: Logging, b: Logging): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The revision that a machine has at present. */
export function revisionOf(state: StatesState, machine: StateMachine): Revision {
  return state.revisions.get(machine.revisionKey) as Revision;
}

export async function updateStateMachine(input: UpdateStateMachineInput, context: States): Promise<UpdateStateMachineOutput> {
  const { kernel, state } = context;
  refuseAllBut(UPDATED, input, { operation: 'UpdateStateMachine', page: 'sfn' });
  checkEncryption(input, 'UpdateStateMachine');
  const machine = machineOf(state, input.stateMachineArn ?? '');
  const { definition, roleArn, loggingConfiguration, tracingConfiguration, publish = false, versionDescription } = input;
  if (definition === undefined && roleArn === undefined && !loggingConfiguration && !tracingConfiguration) {
    throw missingRequiredParameter('Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified');
  }
  if (versionDescription !== undefined && !publish) throw validationException('Version description can only be set when publish is true');
  if (definition !== undefined) checkDefinition(definition, machine.type);
  const logging = loggingConfiguration && readLogging(loggingConfiguration);
  if (roleArn !== undefined) await checkRole(roleArn, machine.arn, context);
  if (logging) await checkDestination(logging, context);
  const current = machineOf(state, machine.arn);
  const revision = applyUpdate(state, current, { definition, roleArn, logging, isTraced: tracingConfiguration?.enabled });
  const version = publish ? publishVersion(state, machine.arn, versionDescription) : undefined;
  return {
    updateDate: new Date(kernel.nowMs()),
    ...(revision.revisionId !== undefined && { revisionId: revision.revisionId }),
    ...(version && { stateMachineVersionArn: version.arn }),
  };
}

/** The revision after an update: the same one where nothing has changed. */
function applyUpdate(
  state: StatesState,
  machine: StateMachine,
  change: {
    readonly definition: string | undefined;
    readonly roleArn: string | undefined;
    readonly logging: Logging | undefined;
    readonly isTraced: boolean | undefined;
  },
): Revision {
  const before = revisionOf(state, machine);
  const { definition = before.definition, roleArn = before.roleArn, logging = before.logging, isTraced = before.isTraced } = change;
  const isSame = sameJson(definition, before.definition) && roleArn === before.roleArn && sameLogging(logging, before.logging) && isTraced === before.isTraced;
  if (isSame) return before;
  return revise(state, machine, { revisionId: state.kernel.uuid(), definition, roleArn, logging, isTraced });
}

/** Takes the machine with its versions and aliases; its executions end at their next transition. */
export function deleteStateMachine(input: DeleteStateMachineInput, { state }: States): DeleteStateMachineOutput {
  const { arn, qualifier } = readArnOf(input.stateMachineArn ?? '', 'stateMachine');
  if (qualifier !== undefined) throw validationException('State machine version or alias ARNs are not supported by DeleteStateMachine');
  for (const alias of [...state.aliases.values()]) if (alias.stateMachineArn === arn) state.aliases.delete(alias.arn);
  for (const version of [...state.versions.values()]) if (version.stateMachineArn === arn) state.versions.delete(version.arn);
  state.machines.delete(arn);
  return {};
}

/** The machine behind an ARN without qualifier. */
export function machineOf(state: StatesState, arn: string): StateMachine {
  const read = readArnOf(arn, 'stateMachine');
  const machine = read.qualifier === undefined ? state.machines.get(read.arn) : undefined;
  if (!machine) throw stateMachineDoesNotExist(arn);
  return machine;
}

export function describeStateMachine(input: DescribeStateMachineInput, { state }: States): DescribeStateMachineOutput {
  const arn = input.stateMachineArn ?? '';
  readArnOf(arn, 'stateMachine');
  const version: Version | undefined = state.versions.get(arn);
  const machine = state.machines.get(version?.stateMachineArn ?? arn);
  if (!machine) throw stateMachineDoesNotExist(arn);
  const revision = state.revisions.get(version?.revisionKey ?? machine.revisionKey) as Revision;
  return {
    stateMachineArn: arn,
    name: machine.name,
    status: 'ACTIVE',
    type: machine.type,
    creationDate: new Date(version?.createdMs ?? machine.createdMs),
    ...shownRevision(revision, input.includedData),
    ...(version?.description !== undefined && { description: version.description }),
  };
}

function shownRevision(revision: Revision, includedData: string | undefined) {
  const { definition, roleArn, logging, isTraced, revisionId } = revision;
  const variables = includedData === 'METADATA_ONLY' ? {} : variableReferences(compile(revision).machine);
  return {
    definition: includedData === 'METADATA_ONLY' ? '' : definition,
    roleArn,
    loggingConfiguration: shownLogging(logging),
    tracingConfiguration: { enabled: isTraced },
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' as const },
    ...(revisionId !== undefined && { revisionId }),
    ...(Object.keys(variables).length > 0 && { variableReferences: variables }),
  };
}

function shownLogging({ level, includeExecutionData, destinations }: Logging): LoggingConfiguration {
  const listed = destinations?.map((logGroupArn) => ({ cloudWatchLogsLogGroup: { logGroupArn } }));
  return { level, includeExecutionData, ...(listed && { destinations: listed }) };
}

export function describeStateMachineForExecution(input: DescribeStateMachineForExecutionInput, { state }: States): DescribeStateMachineForExecutionOutput {
  const { revisionKey, mapParent } = resolveExecution(state, input.executionArn ?? '');
  const revision = state.revisions.get(revisionKey) as Revision;
  const label = mapParent?.mapRunArn.split('/')[1]?.split(':')[0];
  return {
    stateMachineArn: revision.stateMachineArn,
    name: revision.machineName,
    updateDate: new Date(revision.createdMs),
    ...shownRevision(revision, input.includedData),
    ...(mapParent && { mapRunArn: mapParent.mapRunArn, ...(label !== undefined && { label }) }),
  };
}

export function listStateMachines(input: ListStateMachinesInput, { state }: States): ListStateMachinesOutput {
  const machines = [...state.machines.values()];
  const { elements, nextToken } = page(machines, input);
  return {
    stateMachines: elements.map(({ arn, name, type, createdMs }) => ({ stateMachineArn: arn, name, type, creationDate: new Date(createdMs) })),
    ...(nextToken !== undefined && { nextToken }),
  };
}
