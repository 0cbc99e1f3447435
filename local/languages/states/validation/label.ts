import { isObject, type Json } from '../json.ts';

/**
 * The longest label of a distributed `Map`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
const LENGTH_MAX = 40;

/** What may not stand in a label: it becomes a part of ARNs. */
const FORBIDDEN = /[\s?*<>{}[\]:;,\\|^~$#%&`"\u0000-\u001f\u007f-\u009f]/;

/** The refusal that a label of a `Map` causes, as the service words it; undefined where none does. */
export function labelRefusal(definition: Json, text: string): string | undefined {
  const problem = labelProblem(definition);
  return problem === undefined ? undefined : `Error=ValueError Args=[${pythonText(problem)}] in definition '${text}'.`;
}

function labelProblem(machine: Json | undefined): string | undefined {
  if (!isObject(machine) || !isObject(machine.States)) return undefined;
  for (const state of Object.values(machine.States)) {
    if (!isObject(state)) continue;
    const inner = [state.ItemProcessor, state.Iterator, ...(Array.isArray(state.Branches) ? state.Branches : [])];
    const problem = (typeof state.Label === 'string' ? problemOf(state.Label) : undefined) ?? firstOf(inner);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function firstOf(machines: readonly (Json | undefined)[]): string | undefined {
  for (const machine of machines) {
    const problem = labelProblem(machine);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(label: string): string | undefined {
  if (label.length > LENGTH_MAX) return `Label cannot exceed ${LENGTH_MAX} characters`;
  const char = FORBIDDEN.exec(label)?.[0];
  return char === undefined ? undefined : `Label contains invalid character: ${pythonText(char)}`;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** A text as Python prints it: the service shows its own error so. */
function pythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = [...text].map((char) => {
    if (char === quote) return `\\${char}`;
    const code = char.codePointAt(0) ?? 0;
    const isControl = code < 32 || (code >= 127 && code <= 160);
    return NAMED[char] ?? (isControl ? `\\x${code.toString(16).padStart(2, '0')}` : char);
  });
  return `${quote}${body.join('')}${quote}`;
}
