/** A pattern as JSON has it. */
export type PatternObject = { readonly [name: string]: PatternObject | readonly unknown[] };

type Leaves = Map<string, unknown[]>;

/**
 * A slow and plain matcher, to compare the real one with: tries every choice of one element from each array, and asks each field of the pattern whether it
 * matches in what is left of the event. Knows no `exists: false` within arrays of objects, where the engine's answer depends on the order of names.
 */
export function naiveMatch(pattern: PatternObject, event: unknown): boolean {
  return choicesOf(event).some((choice) => matchesObject(pattern, '', leavesOf(choice)));
}

/** The event with one container left in each array, in all ways. */
function choicesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  if (!Array.isArray(value)) {
    let made: Record<string, unknown>[] = [{}];
    for (const [name, member] of Object.entries(value)) made = made.flatMap((object) => choicesOf(member).map((choice) => ({ ...object, [name]: choice })));
    return made;
  }
  const plain = value.filter((element) => typeof element !== 'object' || element === null);
  const containers = value.filter((element) => typeof element === 'object' && element !== null);
  return containers.length === 0 ? [plain] : containers.flatMap((element) => choicesOf(element).map((choice) => [...plain, choice]));
}

function leavesOf(value: unknown, path = '', leaves: Leaves = new Map()): Leaves {
  if (Array.isArray(value)) for (const element of value) leavesOf(element, path, leaves);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) leavesOf(member, path === '' ? name : `${path}.${name}`, leaves);
  } else leaves.set(path, [...(leaves.get(path) ?? []), value]);
  return leaves;
}

function matchesObject(pattern: PatternObject, prefix: string, leaves: Leaves): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') return (wanted as readonly PatternObject[]).some((one) => matchesObject(one, prefix, leaves));
    if (!Array.isArray(wanted)) return matchesObject(wanted as PatternObject, `${prefix}${name}.`, leaves);
    const found = leaves.get(prefix + name) ?? [];
    return wanted.some((clause) => (isAbsence(clause) ? found.length === 0 : found.some((leaf) => matchesClause(clause, leaf))));
  });
}

function isAbsence(clause: unknown): boolean {
  return (clause as { exists?: boolean } | null)?.exists === false;
}

// biome-ignore lint/suspicious/noExplicitAny: clauses of many shapes
function matchesClause(clause: any, leaf: unknown): boolean {
  if (typeof clause !== 'object' || clause === null) return clause === leaf;
  const [[operator = '', value] = []] = Object.entries(clause);
  const isText = typeof leaf === 'string';
  switch (operator) {
    case 'exists':
      return true;
    case 'anything-but': {
      if (typeof value !== 'object' || Array.isArray(value)) return !([value].flat() as unknown[]).includes(leaf);
      const [[inner = '', excluded] = []] = Object.entries(value as Record<string, unknown>);
      return ![excluded].flat().some((one: unknown) => matchesClause({ [inner]: one }, leaf));
    }
    case 'numeric': {
      const terms = value as (string | number)[];
      return typeof leaf === 'number' && [0, 2].every((at) => terms[at] === undefined || compare(leaf, terms[at], Number(terms[at + 1])));
    }
    default:
      return isText && toRegExp(operator, value).test(leaf);
  }
}

function compare(left: number, operator: string | number, right: number): boolean {
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  if (operator === '>') return left > right;
  return operator === '=' ? left === right : left >= right;
}

function toRegExp(operator: string, value: unknown): RegExp {
  if (typeof value === 'object') return new RegExp(toRegExp(operator, (value as Record<string, string>)['equals-ignore-case']).source, 'is');
  const text = String(value);
  const quoted = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (operator === 'prefix') return new RegExp(`^${quoted}`, 's');
  if (operator === 'suffix') return new RegExp(`${quoted}$`, 's');
  if (operator === 'wildcard') return new RegExp(`^${quoted.replaceAll('\\*', '.*')}$`, 's');
  return new RegExp(`^${quoted}$`, 'is');
}
