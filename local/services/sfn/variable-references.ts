import type { State, StateMachine } from '../../languages/states/index.ts';

/** Members of a state that hold machines: their states have references of their own. */
const MACHINES: ReadonlySet<string> = new Set(['ItemProcessor', 'Branches']);

/** A reference to a variable: `$name`, which is neither a path, nor the context object, nor a function. */
const REFERENCE = /(?<![\w$.])\$([A-Za-z_]\w*)(?!\w*\s*\()/g;

/** What a JSONPath field's name tells: its text is a path or an intrinsic function. */
const PATH = /(\.\$|Path|^Variable)$/;

/** The variables that each state reads, as `DescribeStateMachine` answers them. */
export function variableReferences({ States }: StateMachine): Record<string, string[]> {
  const references: Record<string, string[]> = {};
  for (const [name, state] of Object.entries(States)) {
    const found = new Set<string>();
    collect(state, '', { isJsonata: state.QueryLanguage === 'JSONata', found });
    if (found.size > 0) references[name] = [...found].sort();
    for (const machine of machinesIn(state)) Object.assign(references, variableReferences(machine));
  }
  return references;
}

function machinesIn(state: State): readonly StateMachine[] {
  if (state.Type === 'Map') return [state.ItemProcessor];
  return state.Type === 'Parallel' ? state.Branches : [];
}

function collect(value: unknown, member: string, into: { readonly isJsonata: boolean; readonly found: Set<string> }): void {
  if (typeof value === 'string') {
    const isRead = into.isJsonata ? value.startsWith('{%') : PATH.test(member);
    if (!isRead) return;
    for (const [, name = ''] of value.matchAll(REFERENCE)) if (name !== 'states') into.found.add(name);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (!MACHINES.has(name)) collect(inner, Array.isArray(value) ? member : name, into);
  }
}
