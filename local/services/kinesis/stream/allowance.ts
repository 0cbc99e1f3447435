/** So much a second, and no more at once than a second's worth: the limit of a shard. */
export class Allowance {
  readonly #perSecond: number;
  #left: number;
  #atMs = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
  }

  /** Whether `amount` may be taken now. What is more than a second's worth may be taken when all of it is there. */
  has(amount: number, nowMs: number): boolean {
    if (nowMs > this.#atMs) {
      this.#left = Math.min(this.#perSecond, this.#left + ((nowMs - this.#atMs) * this.#perSecond) / 1000);
      this.#atMs = nowMs;
    }
    return this.#left >= Math.min(amount, this.#perSecond);
  }

  /** Takes what `has` allowed. */
  take(amount: number): void {
    this.#left -= amount;
  }

  /** Gives nothing until `untilMs`. */
  blockUntil(untilMs: number): void {
    this.#left = 0;
    this.#atMs = untilMs;
  }
}
