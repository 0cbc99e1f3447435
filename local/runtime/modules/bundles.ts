import type { FunctionCode } from '../../kernel/function-runner.ts';
import { Bundle } from './bundle.ts';

/** Keys whose compiled code is kept; a hot reload makes a new one each time. */
const BUNDLES_MAX = 64;

/** The compiled bundles of a thread, by code key. */
export class Bundles {
  readonly #byKey = new Map<string, Bundle>();

  of(code: FunctionCode): Bundle {
    const known = this.#byKey.get(code.key);
    if (known) return known;
    const bundle = new Bundle(code);
    this.#byKey.set(code.key, bundle);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > BUNDLES_MAX && oldest !== undefined) this.#byKey.delete(oldest);
    return bundle;
  }

  drop(key: string): void {
    this.#byKey.delete(key);
  }
}
