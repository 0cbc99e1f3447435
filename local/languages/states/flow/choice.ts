import type { ChoiceRule, ChoiceState } from '../definition/model.ts';
import { StatesError } from '../errors.ts';
import type { Awaitable, Json } from '../json.ts';
import { evaluateTyped, queryError, typeName } from '../jsonata/evaluate.ts';
import type { Scope } from '../scope.ts';
import { holds } from './choice-rule.ts';
import { afterInputPath, afterOutputPath, assignedByPaths, type Outcome, outcomeOfJsonata } from './output.ts';

/** Where a `Choice` goes and what it leaves behind. */
export type ChoiceOutcome = Outcome & { readonly next: string };

/**
 * Evaluates a `Choice`: the first rule that holds, else its default. `Assign` and `Output` are the rule's, or the state's for the default.
 *
 * @throws StatesError `States.NoChoiceMatched` where no rule holds and there is no default.
 */
export function chooseOf(state: ChoiceState, scope: Scope): Awaitable<ChoiceOutcome> {
  if (state.QueryLanguage === 'JSONata') return chooseOfJsonata(state, scope);
  const input = afterInputPath(state, scope);
  const inner = { ...scope, input };
  const rule = state.Choices.find((one) => holds(one, inner));
  const output = afterOutputPath(state, scope, input);
  return { next: nextOf(state, rule), output, assigned: assignedByPaths((rule ?? state).Assign, scope, input) };
}

async function chooseOfJsonata(state: ChoiceState, scope: Scope): Promise<ChoiceOutcome> {
  for (const [index, rule] of state.Choices.entries()) {
    if (await meets(rule, index, scope)) return { next: nextOf(state, rule), ...(await outcomeOfJsonata(rule, scope, {}, scope.input, `Choices[${index}]/`)) };
  }
  const next = nextOf(state, undefined);
  return { next, ...(await outcomeOfJsonata(state, scope, {}, scope.input)) };
}

async function meets(rule: ChoiceRule, index: number, scope: Scope): Promise<boolean> {
  const field = `Choices[${index}]/Condition`;
  const value: Json = await evaluateTyped(rule.Condition ?? false, field, 'boolean', scope);
  if (typeof value !== 'boolean') throw queryError(`The field '${field}' must be a boolean but was '${typeName(value)}'`, field);
  return value;
}

function nextOf(state: ChoiceState, rule: ChoiceRule | undefined): string {
  const next = rule === undefined ? state.Default : rule.Next;
  if (next !== undefined) return next;
  throw new StatesError('States.NoChoiceMatched', 'Failed to transition out of the state. The state does not point to a next state.');
}
