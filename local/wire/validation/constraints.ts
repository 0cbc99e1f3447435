/** What botocore's model says of one shape beyond its type. Child shapes are named; only constrained ones are kept. */
export interface ShapeConstraints {
  readonly min?: number;
  readonly max?: number;
  /** A float, whose bounds AWS prints with a fraction. */
  readonly isFloat?: boolean;
  readonly pattern?: string;
  /** A regular expression of texts that are exempt: an ARN in place of a name, what the service words itself. */
  readonly unless?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

/** An order of failures. */
export interface FailureOrder {
  /** The bounds of a value come before its pattern. */
  readonly isBoundsFirst: boolean;
  /** Members of an input whose failures come after those of all others. */
  readonly last: readonly string[];
}

/** A generated file beside this folder: `constraints/<service>.json`. */
export interface Constraints {
  /** The model it was generated from, and its version. */
  readonly source: string;
  /** In which order the failures of one request are listed, where it is not the model's. Recorded from the service. */
  readonly order?: FailureOrder;
  /** Input shape by operation. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, ShapeConstraints>>;
}
