/** One thing that was looked at, and how it is. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
}
