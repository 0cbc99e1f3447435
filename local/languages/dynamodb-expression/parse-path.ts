import { isReservedWord } from './reserved-words.ts';
import { ExpressionError, type Parsed, type Path, type PathElement } from './syntax.ts';
import { TokenReader } from './tokens.ts';

/** Steps a path may have. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const PATH_ELEMENTS_MAX = 32;

/** Reads a document path. Words in `keywords` cannot begin it. */
export function readPath(reader: TokenReader, keywords: ReadonlySet<string>): Path {
  if (keywords.has(reader.peek().text.toUpperCase())) throw reader.syntaxError();
  return readSteps(reader, [readName(reader)]);
}

/** Reads the further steps of a path. */
export function readSteps(reader: TokenReader, begun: Path): Path {
  const path: PathElement[] = [...begun];
  for (;;) {
    if (reader.takeSymbol('.')) path.push(readName(reader));
    else if (reader.takeSymbol('[')) path.push(readIndex(reader));
    else break;
  }
  if (path.length > PATH_ELEMENTS_MAX) throw new ExpressionError(`The document path has too many nesting elements; nesting elements: ${path.length}`);
  return path;
}

function readName(reader: TokenReader): string {
  const { kind } = reader.peek();
  if (kind !== 'word' && kind !== 'name') throw reader.syntaxError();
  return reader.next().text;
}

function readIndex(reader: TokenReader): number {
  if (reader.peek().kind !== 'number') throw reader.syntaxError();
  const index = Number(reader.next().text);
  reader.expectSymbol(']');
  return index;
}

/** Throws where a path is written with a reserved word. */
export function checkReserved(path: Path): void {
  for (const element of path) {
    if (typeof element === 'string' && element[0] !== '#' && isReservedWord(element)) {
      throw new ExpressionError(`Attribute name is a reserved keyword; reserved keyword: ${element}`);
    }
  }
}

/** Parses a projection: paths between commas. Throws `ExpressionError`. */
export function parseProjection(text: string): Parsed<readonly Path[]> {
  const reader = new TokenReader(text);
  const paths: Path[] = [];
  do paths.push(readPath(reader, NO_KEYWORDS));
  while (reader.takeSymbol(','));
  if (reader.peek().kind !== 'end') throw reader.syntaxError();
  for (const path of paths) checkReserved(path);
  return { tree: paths, placeholders: reader.placeholders };
}

const NO_KEYWORDS: ReadonlySet<string> = new Set();
