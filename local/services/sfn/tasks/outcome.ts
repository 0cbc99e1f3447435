/** How a task ended. */
export type TaskOutcome =
  | { readonly kind: 'succeeded'; readonly output: unknown /** As it was written, where it came as text. */; readonly text?: string }
  | { readonly kind: 'failed'; readonly error: string | undefined; readonly cause: string | undefined };

export const failed = (error: string | undefined, cause: string | undefined): TaskOutcome => ({ kind: 'failed', error, cause });
