/** One finding about a definition. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: string;
  readonly message: string;
  /** The place in the definition as a JSON pointer, or in its text. */
  readonly location?: string;
}

/** The kinds of findings, as the service names them. */
export type DiagnosticCode =
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'INVALID_JSON_DESCRIPTION'
  | 'DUPLICATE_STATE_NAME'
  | 'NO_TERMINAL_STATE';

/** Collects what is found wrong. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly isExpress: boolean;

  constructor(isExpress: boolean) {
    this.isExpress = isExpress;
  }

  /** Adds an error at a place. */
  error(location: string, message: string, code: DiagnosticCode = 'SCHEMA_VALIDATION_FAILED'): void {
    this.diagnostics.push({ severity: 'ERROR', code, message, location });
  }
}
