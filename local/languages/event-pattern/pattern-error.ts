/** A pattern that is not valid. `message` is what the matching engine of EventBridge answers, its position in the text included. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternError';
  }
}
