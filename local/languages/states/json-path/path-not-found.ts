/** A path that leads nowhere. `message` says which step failed. */
export class PathNotFound extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PathNotFound';
  }
}
