import type { Chance } from './chance.ts';
import type { Credentials, Principal } from './principal.ts';

const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+';

/** The credentials that the plane has issued, and to whom. A key it did not issue is the operator's. */
export class CredentialRegister {
  readonly #chance: Chance;
  readonly #byAccessKey = new Map<string, Principal>();

  constructor(chance: Chance) {
    this.#chance = chance.fork('credentials');
  }

  /** Issues temporary credentials for a principal. They last as long as the process: a function context, an STS session. */
  issue(principal: Principal): Credentials {
    const chance = this.#chance;
    const accessKeyId = `ASIA${chance.text(16, KEY_ALPHABET)}`;
    this.#byAccessKey.set(accessKeyId, principal);
    return { accessKeyId, secretAccessKey: chance.text(40, SECRET_ALPHABET), sessionToken: chance.text(96, SECRET_ALPHABET) };
  }

  /** Who signs with this access key. */
  principalOf(accessKeyId: string): Principal {
    return this.#byAccessKey.get(accessKeyId) ?? { type: 'root' };
  }

  /** Takes credentials back, once the context that held them is gone. */
  revoke(accessKeyId: string): void {
    this.#byAccessKey.delete(accessKeyId);
  }
}
