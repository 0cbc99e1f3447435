import type { StartExecutionInput } from '@aws-sdk/client-sfn';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { StartRequest } from '../engine/place.ts';
import { invalidExecutionInput, stateMachineDoesNotExist } from '../errors.ts';
import { checkName, readArnOf } from '../naming.ts';
import type { Revision } from '../records.ts';
import type { States, StatesState } from '../state.ts';

/** An execution that is asked for. */
export type Started = StartRequest;

/** What an ARN of a machine, a version or an alias starts. */
interface Startable {
  readonly machineName: string;
  readonly stateMachineArn: string;
  readonly revision: Revision;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
}

/** Reads the request: which revision, under which ARN. An alias draws one of its versions by weight. */
export function readStart(input: Pick<StartExecutionInput, 'stateMachineArn' | 'name' | 'input' | 'traceHeader'>, context: States): Started {
  const { kernel, state } = context;
  const { machineName, stateMachineArn, revision, versionArn, aliasArn } = startable(state, input.stateMachineArn ?? '');
  const name = input.name ?? kernel.uuid();
  checkName(name);
  const text = input.input ?? '{}';
  checkInput(text);
  const arn = executionArn(kernel, revision, { machineName, name });
  return { arn, name, revision, stateMachineArn, versionArn, aliasArn, type: revision.type, input: text, traceHeader: input.traceHeader, cause: context.cause };
}

/** Express executions have a part more in their ARN, for their names may come again. */
function executionArn(kernel: Kernel, { type }: Revision, { machineName, name }: { readonly machineName: string; readonly name: string }): string {
  if (type === 'EXPRESS') return kernel.arn('states', `express:${machineName}:${name}:${kernel.uuid()}`);
  return kernel.arn('states', `execution:${machineName}:${name}`);
}

function startable(state: StatesState, asked: string): Startable {
  const { arn, name, qualifier } = readArnOf(asked, 'stateMachine');
  const machine = state.machines.get(arn);
  if (!machine) throw stateMachineDoesNotExist(asked);
  const of = (revisionKey: string, versionArn?: string, aliasArn?: string): Startable => {
    const revision = state.revisions.get(revisionKey) as Revision;
    return { machineName: name, stateMachineArn: arn, revision, versionArn, aliasArn };
  };
  if (qualifier === undefined) return of(machine.revisionKey);
  const alias = state.aliases.get(asked);
  const versionArn = alias ? drawn(state.kernel, alias.routing) : asked;
  const version = state.versions.get(versionArn);
  if (!version) throw stateMachineDoesNotExist(asked);
  return of(version.revisionKey, versionArn, alias?.arn);
}

function drawn({ chance }: Kernel, routing: readonly { readonly versionArn: string; readonly weight: number }[]): string {
  const [first, second] = routing as [(typeof routing)[number], ...typeof routing];
  if (!second) return first.versionArn;
  return chance.below(100) < first.weight ? first.versionArn : second.versionArn;
}

const JSON_TOKENS = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** Throws where the text is no JSON, in the words of the parser that AWS has. Recorded. */
export function checkInput(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw invalidExecutionInput(whatIsWrong(text));
  }
}

function whatIsWrong(text: string): string {
  const [, word] = /^\s*([A-Za-z_$][\w$]*)/.exec(text) ?? [];
  if (word !== undefined) return `Unrecognized token '${word}': was expecting ${JSON_TOKENS}`;
  const [, character] = /^\s*\{\s*([^"}\s])/.exec(text) ?? [];
  if (character !== undefined) return `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): was expecting double-quote to start field name`;
  return 'Invalid execution input.';
}
