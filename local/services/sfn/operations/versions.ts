import type {
  DeleteStateMachineVersionInput,
  DeleteStateMachineVersionOutput,
  ListStateMachineVersionsInput,
  ListStateMachineVersionsOutput,
  PublishStateMachineVersionInput,
  PublishStateMachineVersionOutput,
} from '@aws-sdk/client-sfn';
import { conflictException, stateMachineDoesNotExist, validationException } from '../errors.ts';
import { isVersionNumber, readArnOf } from '../naming.ts';
import type { StateMachine, Version } from '../records.ts';
import type { States, StatesState } from '../state.ts';
import { page } from './paging.ts';

/** Publishes the present revision, which is done once: the version that is there already is answered. */
export function publishVersion(state: StatesState, arn: string, description: string | undefined): Version {
  const machine = state.machines.get(arn) as StateMachine;
  const latest = state.versions.get(`${arn}:${machine.lastVersion}`);
  if (latest?.revisionKey === machine.revisionKey) return latest;
  const number = machine.lastVersion + 1;
  const version = { arn: `${arn}:${number}`, stateMachineArn: arn, number, revisionKey: machine.revisionKey, description, createdMs: state.kernel.nowMs() };
  state.versions.put(version.arn, version);
  state.machines.put(arn, { ...machine, lastVersion: number });
  return version;
}

export function publishStateMachineVersion(input: PublishStateMachineVersionInput, { state }: States): PublishStateMachineVersionOutput {
  const { arn, qualifier } = readArnOf(input.stateMachineArn ?? '', 'stateMachine');
  const machine = qualifier === undefined ? state.machines.get(arn) : undefined;
  if (!machine) throw stateMachineDoesNotExist(input.stateMachineArn ?? '');
  const current = state.revisions.get(machine.revisionKey)?.revisionId;
  if (input.revisionId !== undefined && input.revisionId !== (current ?? 'INITIAL')) {
    const shown = current ?? 'INITIAL';
    throw conflictException(`Failed to publish the State Machine version for revision ${input.revisionId}. The current State Machine revision is ${shown}.`);
  }
  const version = publishVersion(state, arn, input.description);
  return { stateMachineVersionArn: version.arn, creationDate: new Date(version.createdMs) };
}

export function deleteStateMachineVersion(input: DeleteStateMachineVersionInput, { state }: States): DeleteStateMachineVersionOutput {
  const arn = input.stateMachineVersionArn ?? '';
  const { qualifier } = readArnOf(arn, 'stateMachine');
  if (qualifier === undefined || !isVersionNumber(qualifier)) {
    throw validationException(`1 validation error detected: Value '${arn}' at 'stateMachineVersionArn' is not the ARN of a state machine version`);
  }
  const aliases = [...state.aliases.values()].filter(({ routing }) => routing.some(({ versionArn }) => versionArn === arn));
  if (aliases.length > 0) {
    const names = aliases.map(({ name }) => name).join(', ');
    throw conflictException(`Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${names}]`);
  }
  state.versions.delete(arn);
  return {};
}

/** Newest first. */
export function listStateMachineVersions(input: ListStateMachineVersionsInput, { state }: States): ListStateMachineVersionsOutput {
  const { arn } = readArnOf(input.stateMachineArn ?? '', 'stateMachine');
  if (!state.machines.has(arn)) throw stateMachineDoesNotExist(arn);
  const versions = [...state.versions.values()].filter(({ stateMachineArn }) => stateMachineArn === arn).sort((a, b) => b.number - a.number);
  const { elements, nextToken } = page(versions, input);
  return {
    stateMachineVersions: elements.map((version) => ({ stateMachineVersionArn: version.arn, creationDate: new Date(version.createdMs) })),
    ...(nextToken !== undefined && { nextToken }),
  };
}
