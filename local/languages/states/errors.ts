/**
 * An error that the machine itself reports while it runs a state.
 *
 * `cause` lacks what the machine puts in front of it: the state's name and the number of the event with which it was entered, which are not known here. {@link causeAt} adds them.
 */
export class StatesError extends Error {
  /** The error's name, `States.Runtime` for one. */
  readonly error: string;
  override readonly cause: string;
  /** The field that was being evaluated, as `EvaluationFailed` events name it: `Output/result`. */
  readonly location: string | undefined;
  /** Whether the machine puts the state's name in front of the cause. */
  readonly isPrefixed: boolean;

  constructor(error: string, cause: string, options: { readonly location?: string; readonly isPrefixed?: boolean } = {}) {
    super(`${error}: ${cause}`);
    this.name = 'StatesError';
    this.error = error;
    this.cause = cause;
    this.location = options.location;
    this.isPrefixed = options.isPrefixed ?? true;
  }
}

/** The cause of an error as it stands in the history of an execution. */
export function causeAt(error: StatesError, stateName: string, enteredEventId: number): string {
  if (!error.isPrefixed) return error.cause;
  return `An error occurred while executing the state '${stateName}' (entered at the event id #${enteredEventId}). ${error.cause}`;
}

/** An error that no retrier and, but for `States.ALL` and its own name, no catcher is meant for. */
export function runtimeError(cause: string): StatesError {
  return new StatesError('States.Runtime', cause);
}

/** A definition that is not one. `message` says what is wrong with it. */
export class DefinitionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DefinitionError';
  }
}
