import type { AttributeValue } from './attribute-value.ts';

/** One step into a document: an attribute's name, a placeholder (`#name`), or a place in a list. */
export type PathElement = string | number;

/** A document path as it is written: `#a.b[1]` is `['#a', 'b', 1]`. */
export type Path = readonly PathElement[];

/** What stands for a value. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Operand[] }
  | { readonly kind: 'arithmetic'; readonly operator: '+' | '-'; readonly left: Operand; readonly right: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A condition, a filter, or a key condition. */
export type Condition =
  | { readonly kind: 'compare'; readonly operator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly lower: Operand; readonly upper: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Operand[] }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition };

/** An update: each section's actions in the order in which they are written. */
export interface Update {
  readonly set: readonly { readonly path: Path; readonly value: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly value: string }[];
  readonly delete: readonly { readonly path: Path; readonly value: string }[];
}

/** A parsed expression. It depends on its text only, so it can be kept and used again with other names and values. */
export interface Parsed<Tree> {
  readonly tree: Tree;
  /** `#name` and `:value` placeholders, each once, in the order of the text. */
  readonly placeholders: readonly string[];
}

/** Names and values that a request gives for placeholders. */
export interface Bindings {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Why an expression is not acceptable: AWS's text, without `Invalid …Expression: ` where `isPrefixed`. */
export class ExpressionError extends Error {
  readonly isPrefixed: boolean;

  constructor(message: string, options: { readonly isPrefixed: boolean } = { isPrefixed: true }) {
    super(message);
    this.isPrefixed = options.isPrefixed;
  }
}

/** Why an update cannot be applied to the item that is there. */
export class UpdateError extends Error {}
