/** Options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly console: string;
  /** Seconds. */
  readonly timeout?: number;
  readonly debug: boolean;
  /** Where the system is: on a plane that `npm start` runs, or on AWS. */
  readonly target: 'embedded' | 'aws';
  /** Endpoint of AWS services, in the place of AWS's own. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Options of commands that change something. */
export interface ConfirmedOptions extends GlobalOptions {
  /** Name of what is changed, typed to confirm. */
  readonly confirm?: string;
}
