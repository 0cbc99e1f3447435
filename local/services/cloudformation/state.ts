import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Context } from '../../kernel/service.ts';
import type { ChangeFacts, StackEngine, StackFacts, StackRequest } from './engine.ts';
import { noSuchStack } from './errors.ts';

/** A change set: what a request would change, until it is executed. */
export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stackName: string;
  readonly createdMs: number;
  readonly description: string | undefined;
  readonly type: 'CREATE' | 'UPDATE';
  readonly request: StackRequest;
  readonly changes: readonly ChangeFacts[];
  readonly capabilities: readonly string[];
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly statusReason: string | undefined;
  readonly executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_COMPLETE';
}

export interface CloudFormationState {
  /** By id. */
  readonly changeSets: Collection<ChangeSet>;
  readonly engine: StackEngine;
}

/** A call of this service. */
export type CloudFormationContext = Context<CloudFormationState>;

/** Makes the state. The engine is found when it is first used: it is made after the services. */
export function createState(kernel: Kernel, engineOf: () => StackEngine): CloudFormationState {
  return {
    changeSets: kernel.collection('cloudformation.changesets'),
    get engine() {
      return engineOf();
    },
  };
}

/** The name in an ARN of a stack, or the name itself. */
export const stackNameOf = (nameOrId: string): string => (nameOrId.startsWith('arn:') ? (nameOrId.split('/')[1] ?? '') : nameOrId);

/** The stack of that name or id. Deleted stacks are found by their id only. */
export function stackOf({ engine }: CloudFormationState, nameOrId: string | undefined): StackFacts & { readonly deletedMs?: number } {
  const asked = nameOrId ?? '';
  const name = stackNameOf(asked);
  const found = engine.find(name) ?? (asked === name ? undefined : engine.deleted().find((stack) => stack.name === name));
  if (!found) throw noSuchStack(asked);
  return found;
}
