/** Options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly console: string;
  /** Seconds. */
  readonly timeout?: number;
  readonly debug: boolean;
}
