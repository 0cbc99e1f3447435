import { type Bindings, ExpressionError, type Parsed } from './syntax.ts';

/** Texts kept of each kind of expression. A service's expressions are few; what a client generates anew each time falls out. */
const PARSED_MAX = 2000;

/** The same parser, which remembers the last texts it parsed. */
export function remembered<Tree>(parse: (text: string) => Parsed<Tree>): (text: string) => Parsed<Tree> {
  const known = new Map<string, Parsed<Tree>>();
  return (text) => {
    const hit = known.get(text);
    if (hit) return hit;
    const parsed = parse(text);
    if (known.size >= PARSED_MAX) known.delete(known.keys().next().value as string);
    known.set(text, parsed);
    return parsed;
  };
}

/** Throws where an expression uses a placeholder that the request does not define. */
export function checkDefined(parsed: Parsed<unknown>, bindings: Bindings): void {
  for (const placeholder of parsed.placeholders) {
    const isName = placeholder[0] === '#';
    if (Object.hasOwn(isName ? bindings.names : bindings.values, placeholder)) continue;
    throw new ExpressionError(
      isName
        ? `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`
        : `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
    );
  }
}

/** Throws where the request defines a placeholder that none of its expressions uses. */
export function checkUsed(expressions: readonly Parsed<unknown>[], bindings: Bindings): void {
  checkAllUsed('ExpressionAttributeNames', bindings.names, expressions);
  checkAllUsed('ExpressionAttributeValues', bindings.values, expressions);
}

function checkAllUsed(parameter: string, given: Readonly<Record<string, unknown>>, expressions: readonly Parsed<unknown>[]): void {
  const unused = Object.keys(given).filter((key) => !expressions.some((parsed) => parsed.placeholders.includes(key)));
  if (unused.length === 0) return;
  throw new ExpressionError(`Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`, { isPrefixed: false });
}
