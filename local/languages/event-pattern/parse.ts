import { type Clause, equalTo, type Leaf, numberLeaf } from './clause.ts';
import { JsonTokens, type Token } from './json-tokens.ts';
import { parseMatchExpression } from './match-expression.ts';
import { PatternError } from './pattern-error.ts';

/** What a pattern asks of one field: any of the clauses. */
export interface FieldPattern {
  /** The names on the way to the field, joined by dots, as the engine has it. */
  readonly path: string;
  readonly clauses: readonly Clause[];
  /** The values of all `equals` clauses. */
  readonly values: ReadonlySet<Leaf>;
  /** The clauses that need a test. */
  readonly tests: readonly Clause[];
  readonly mayBeAbsent: boolean;
}

/** Fields that must all match, by path. A pattern without `$or` is one branch. */
export type Branch = readonly FieldPattern[];

/** A pattern, ready to match. */
export interface EventPattern {
  readonly text: string;
  /** The pattern matches where one of them does. */
  readonly branches: readonly Branch[];
  /** All paths of fields, and all paths that lead to one: the rest of an event need not be looked at. */
  readonly interest: ReadonlySet<string>;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or */
const BRANCHES_MAX = 1000;

/** Field names that are refused inside `$or`, so that a misplaced operator is not taken for a field. The engine keeps some for operators to come. */
const RESERVED_IN_OR = new Set([
  'exactly',
  'equals-ignore-case',
  'prefix',
  'suffix',
  'anything-but',
  'exists',
  'wildcard',
  'numeric',
  'cidr',
  '=',
  '<',
  '<=',
  '>',
  '>=',
  'regex',
  'not-wildcard',
  'not-equals-ignore-case',
  'date-after',
  'date-on-or-after',
  'date-before',
  'date-on-or-before',
  'in-date-range',
  'ip-address-in-range',
  'ip-address-not-in-range',
]);

type Draft = Map<string, readonly Clause[]>;

/**
 * Parses and compiles an event pattern. Throws `PatternError` with the engine's message and place. A field that is named again replaces what was
 * said of it before, within `$or` too; what follows the pattern's closing brace is not looked at. Both are the engine's ways.
 */
export function parsePattern(text: string): EventPattern {
  const tokens = new JsonTokens(text);
  if (tokens.next() !== 'start-object') throw tokens.error('Filter is not an object');
  const drafts = parseFields(tokens, { drafts: [], prefix: '', isInsideOr: false });
  const branches = drafts.map(compileBranch);
  return { text, branches, interest: interestOf(branches) };
}

interface Place {
  readonly drafts: readonly Draft[];
  readonly prefix: string;
  readonly isInsideOr: boolean;
}

/** Reads the fields of an object and answers the branches with them added. */
function parseFields(tokens: JsonTokens, { drafts, prefix, isInsideOr }: Place): readonly Draft[] {
  let branches = drafts;
  let isEmpty = true;
  while (tokens.next() !== 'end-object') {
    isEmpty = false;
    const name = tokens.text();
    if (name === '$or') {
      branches = parseOr(tokens, branches, prefix);
      continue;
    }
    if (isInsideOr && RESERVED_IN_OR.has(name)) throw tokens.error(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    const path = prefix + name;
    const token = tokens.next();
    if (token === 'start-object') branches = parseFields(tokens, { drafts: branches, prefix: `${path}.`, isInsideOr });
    else if (token === 'start-array') {
      const clauses = parseClauses(tokens);
      if (branches.length === 0) branches = [new Map()];
      for (const branch of branches) branch.set(path, clauses);
    } else throw tokens.error(`"${name}" must be an object or an array`);
  }
  if (isEmpty) throw tokens.error('Empty objects are not allowed');
  return branches;
}

function parseOr(tokens: JsonTokens, drafts: readonly Draft[], prefix: string): readonly Draft[] {
  if (tokens.next() !== 'start-array') throw tokens.error('It must be an Array followed with $or.');
  const branches: Draft[] = [];
  let alternatives = 0;
  for (let token = tokens.next(); token !== 'end-array'; token = tokens.next()) {
    alternatives += 1;
    if (token !== 'start-object') throw tokens.error('Only JSON object is allowed in array of $or relationship.');
    const copies: Draft[] = drafts.length === 0 ? [new Map()] : drafts.map((draft) => new Map(draft));
    branches.push(...parseFields(tokens, { drafts: copies, prefix, isInsideOr: true }));
    if (branches.length > BRANCHES_MAX) throw new PatternError(`$or makes more than ${BRANCHES_MAX} combinations`);
  }
  if (alternatives < 2) throw tokens.error('There must have at least 2 Objects in $or relationship.');
  return branches;
}

function parseClauses(tokens: JsonTokens): readonly Clause[] {
  const clauses: Clause[] = [];
  for (let token = tokens.next(); token !== 'end-array'; token = tokens.next()) {
    clauses.push(token === 'start-object' ? parseMatchExpression(tokens) : parseValue(tokens, token));
  }
  if (clauses.length === 0) throw tokens.error('Empty arrays are not allowed');
  return clauses;
}

function parseValue(tokens: JsonTokens, token: Token): Clause {
  switch (token) {
    case 'string':
      return equalTo(tokens.text(), JSON.stringify(tokens.text()));
    case 'number':
      return equalTo(numberLeaf(tokens.text()), tokens.text());
    case 'true':
    case 'false':
      return equalTo(token === 'true', token);
    case 'null':
      return equalTo(null, token);
    default:
      throw tokens.error('Match value must be String, number, true, false, or null');
  }
}

function compileBranch(draft: Draft): Branch {
  const paths = [...draft.keys()].sort();
  return paths.map((path) => {
    const clauses = draft.get(path) ?? [];
    const values = new Set<Leaf>();
    for (const clause of clauses) if (clause.kind === 'equals' && clause.value !== undefined) values.add(clause.value);
    const tests = clauses.filter((clause) => clause.kind === 'test');
    return { path, clauses, values, tests, mayBeAbsent: clauses.some((clause) => clause.kind === 'absent') };
  });
}

function interestOf(branches: readonly Branch[]): ReadonlySet<string> {
  const interest = new Set<string>();
  for (const branch of branches) {
    for (const { path } of branch) {
      interest.add(path);
      for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) interest.add(path.slice(0, dot));
    }
  }
  return interest;
}
