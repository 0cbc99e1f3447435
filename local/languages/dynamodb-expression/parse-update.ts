import { checkReserved, readPath } from './parse-path.ts';
import { ExpressionError, type Operand, type Parsed, type Path, type Update } from './syntax.ts';
import { TokenReader } from './tokens.ts';

const SECTIONS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
const KEYWORDS: ReadonlySet<string> = new Set(SECTIONS);

const UPDATE_FUNCTIONS = new Set(['if_not_exists', 'list_append']);
const CONDITION_FUNCTIONS = new Set(['attribute_exists', 'attribute_not_exists', 'attribute_type', 'begins_with', 'contains', 'size']);

type Section = (typeof SECTIONS)[number];
type Draft = { -readonly [Name in keyof Update]: Update[Name][number][] };

/** Parses an update. Throws `ExpressionError`; of several faults the one that AWS names: syntax, functions, reserved words, repeated sections. */
export function parseUpdate(text: string): Parsed<Update> {
  const reader = new TokenReader(text);
  const draft: Draft = { set: [], remove: [], add: [], delete: [] };
  const seen = new Set<Section>();
  let repeated: Section | undefined;
  while (reader.peek().kind !== 'end') {
    const section = SECTIONS.find((name) => reader.isKeyword(name));
    if (!section) throw reader.syntaxError();
    reader.next();
    if (seen.has(section)) repeated ??= section;
    seen.add(section);
    do readAction(reader, section, draft);
    while (reader.takeSymbol(','));
  }
  for (const { value } of draft.set) checkFunctions(value);
  for (const path of pathsOf(draft)) checkReserved(path);
  if (repeated) throw new ExpressionError(`The "${repeated}" section can only be used once in an update expression;`);
  return { tree: draft, placeholders: reader.placeholders };
}

function readAction(reader: TokenReader, section: Section, draft: Draft): void {
  const path = readPath(reader, KEYWORDS);
  switch (section) {
    case 'SET':
      reader.expectSymbol('=');
      draft.set.push({ path, value: readSum(reader) });
      return;
    case 'REMOVE':
      draft.remove.push(path);
      return;
    case 'ADD':
      draft.add.push({ path, value: readValue(reader) });
      return;
    case 'DELETE':
      draft.delete.push({ path, value: readValue(reader) });
  }
}

function readValue(reader: TokenReader): string {
  if (reader.peek().kind !== 'value') throw reader.syntaxError();
  return reader.next().text;
}

/** One operand, or the sum or difference of two. */
function readSum(reader: TokenReader): Operand {
  const left = readOperand(reader);
  const operator = reader.isSymbol('+') ? '+' : reader.isSymbol('-') ? '-' : undefined;
  if (!operator) return left;
  reader.next();
  return { kind: 'arithmetic', operator, left, right: readOperand(reader) };
}

function readOperand(reader: TokenReader): Operand {
  if (reader.takeSymbol('(')) {
    const inner = readSum(reader);
    reader.expectSymbol(')');
    return inner;
  }
  if (reader.peek().kind === 'value') return { kind: 'value', name: reader.next().text };
  if (reader.peek().kind === 'word' && reader.peek(1).text === '(') {
    const name = reader.next().text;
    reader.next();
    const operands: Operand[] = [];
    do operands.push(readOperand(reader));
    while (reader.takeSymbol(','));
    reader.expectSymbol(')');
    return { kind: 'call', name, operands };
  }
  return { kind: 'path', path: readPath(reader, KEYWORDS) };
}

function checkFunctions(operand: Operand): void {
  if (operand.kind === 'arithmetic') {
    checkFunctions(operand.left);
    checkFunctions(operand.right);
  }
  if (operand.kind !== 'call') return;
  const { name } = operand;
  if (CONDITION_FUNCTIONS.has(name)) throw new ExpressionError(`The function is not allowed in an update expression; function: ${name}`);
  if (!UPDATE_FUNCTIONS.has(name)) throw new ExpressionError(`Invalid function name; function: ${name}`);
  for (const inner of operand.operands) checkFunctions(inner);
}

function* pathsOf(update: Update): Generator<Path> {
  for (const { path, value } of update.set) {
    yield path;
    yield* operandPaths(value);
  }
  yield* update.remove;
  for (const { path } of update.add) yield path;
  for (const { path } of update.delete) yield path;
}

/** Every document path in an operand. */
export function* operandPaths(operand: Operand): Generator<Path> {
  switch (operand.kind) {
    case 'path':
      yield operand.path;
      return;
    case 'value':
      return;
    case 'call':
      for (const inner of operand.operands) yield* operandPaths(inner);
      return;
    case 'arithmetic':
      yield* operandPaths(operand.left);
      yield* operandPaths(operand.right);
  }
}

/** The paths that an update changes, in the order of its sections. */
export function updatedPaths(update: Update): Path[] {
  return [
    ...update.set.map((action) => action.path),
    ...update.remove,
    ...update.add.map((action) => action.path),
    ...update.delete.map((action) => action.path),
  ];
}
