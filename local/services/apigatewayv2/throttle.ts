import type { Throttling } from './state.ts';

/** Tokens for requests: `burst` at most, refilled at `ratePerSecond`. */
export class TokenBucket {
  readonly #ratePerSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor({ ratePerSecond, burst }: Throttling, nowMs: number) {
    this.#ratePerSecond = ratePerSecond ?? Number.POSITIVE_INFINITY;
    this.#burst = burst ?? Math.max(1, this.#ratePerSecond);
    this.#tokens = this.#burst;
    this.#atMs = nowMs;
  }

  /** Takes a token, if there is one. */
  take(nowMs: number): boolean {
    if (this.#ratePerSecond === Number.POSITIVE_INFINITY) return this.#burst > 0;
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#ratePerSecond);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
