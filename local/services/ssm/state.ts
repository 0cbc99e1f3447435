import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';

/** One version of a parameter. */
export interface Parameter {
  readonly name: string;
  readonly type: 'String' | 'StringList';
  readonly value: string;
  readonly version: number;
  readonly description: string | undefined;
  readonly dataType: string;
  readonly lastModifiedMs: number;
}

export interface SsmState {
  /** The newest version of each parameter, by name. */
  readonly parameters: Collection<Parameter>;
}

export function createState(kernel: Kernel): SsmState {
  return { parameters: kernel.collection('ssm.parameters') };
}

/** Stores a value as the parameter's next version and answers that version. */
export function putParameter(state: SsmState, parameter: Omit<Parameter, 'version'>): number {
  const version = (state.parameters.get(parameter.name)?.version ?? 0) + 1;
  state.parameters.put(parameter.name, { ...parameter, version });
  return version;
}
