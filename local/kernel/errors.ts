/**
 * An error that is part of the AWS contract. Built only in a service's `errors.ts`, with AWS's exact code and message.
 * `code` is the shape name in the SDK model (`QueueDoesNotExist`), from which `wire/` finds status and query code.
 * `members` are the further members of the error shape (`CancellationReasons`, `Item`).
 */
export class Fault extends Error {
  readonly code: string;
  readonly members: Readonly<Record<string, unknown>>;
  /** HTTP status for a code that the service's model does not list (a common error). */
  readonly status: number | undefined;

  constructor(code: string, message: string, options: { members?: Readonly<Record<string, unknown>>; status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.members = options.members ?? {};
    this.status = options.status;
  }
}

/** AWS has it, the embedded plane does not. `what` names the operation, parameter, property or resource type. */
export class NotEmulated extends Error {
  readonly what: string;

  constructor(what: string, page: string) {
    super(`${what} is not emulated. What is, and what differs from AWS: docs/services/${page}.md`);
    this.name = 'NotEmulated';
    this.what = what;
  }
}

/** A mistake in what the user gave: an assembly, an option, a data folder. Says what is wrong, where, and what would be right. */
export class UserError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'UserError';
  }
}

/** Throws `NotEmulated` where `input` sets a member that is not in `emulated`. Accepting and ignoring is the worst an emulator can do. */
export function refuseAllBut(emulated: readonly string[], input: object, where: { operation: string; page: string }): void {
  for (const [member, value] of Object.entries(input)) {
    if (value !== undefined && !emulated.includes(member)) throw new NotEmulated(`${where.operation} with ${member}`, where.page);
  }
}
