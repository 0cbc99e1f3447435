/** A letter to one person. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** The port to whoever carries mail. It takes no idempotency key: a letter that is sent twice arrives twice. */
export interface Mailer {
  /** Hands a letter over. Throws the backbone's errors, so that the caller need not know the carrier's. */
  send(letter: Letter): Promise<void>;
}
