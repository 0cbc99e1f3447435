import { sha256 } from '../../identity.ts';

/** Something that a handler does: a write, an event, or a call to the outside. */
export interface Effect {
  readonly kind: 'write' | 'append' | 'emit' | 'outside';
  /** Names it, once in its unit of work: `Put PAYMENT#o1 PAYMENT`. */
  readonly what: string;
  /** All of it, as JSON. */
  readonly content: unknown;
}

/** What a unit of work does, in order. What has a name already gets a number. */
export class Effects {
  readonly all: Effect[] = [];
  readonly #counts = new Map<string, number>();

  note(kind: Effect['kind'], name: string, content: unknown): void {
    const count = (this.#counts.get(`${kind} ${name}`) ?? 0) + 1;
    this.#counts.set(`${kind} ${name}`, count);
    this.all.push({ kind, what: count === 1 ? name : `${name} (${count})`, content });
  }
}

/** Characters of a hash: 36 bits, to tell apart a handful of effects, and to tell a change from none. */
const HASH_LENGTH = 6;

/** Stands for the moment of the unit of work, which differs with each attempt and means nothing. */
const NOW = '<now>';

const short = (text: string): string => Buffer.from(sha256(text).slice(0, 12), 'hex').toString('base64url').slice(0, HASH_LENGTH);

/** The content of an effect as text, without the moment of its unit of work. */
export const textOf = (content: unknown, now: string): string => (JSON.stringify(content) ?? 'null').replaceAll(now, NOW);

/** Fingerprint of one effect: by what it is, and by how it is. */
export function fingerprintOfEffect({ kind, what, content }: Effect, now: string): { readonly what: string; readonly content: string } {
  return { what: short(`${kind} ${what}`), content: short(textOf(content, now)) };
}

/** What a commit record remembers of effects: a few bytes each, from which a shadow replay tells what has changed. */
export function fingerprintsOf(effects: readonly Effect[], now: string): string {
  return effects
    .map((effect) => fingerprintOfEffect(effect, now))
    .map(({ what, content }) => `${what}${content}`)
    .join(' ');
}

/** Reads what a commit record remembers: content by what. */
export function readFingerprints(text: string): Map<string, string> {
  const pairs = text.split(' ').filter((part) => part.length === HASH_LENGTH * 2);
  return new Map(pairs.map((part) => [part.slice(0, HASH_LENGTH), part.slice(HASH_LENGTH)]));
}
