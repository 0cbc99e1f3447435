/** Seeded chance: the same seed gives the same draws. Every draw of the embedded plane comes from here. */
export interface Chance {
  /** A number in [0, 1). */
  random(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string;
  /** An independent source, so that one consumer's draws do not move another's. The same label gives the same source. */
  fork(label: string): Chance;
}

const HEX = '0123456789abcdef';

/** FNV-1a: spreads a label over 32 bits. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Chance from a seed. The generator is sfc32, seeded by three hashes of the seed's text. @see https://pracrand.sourceforge.net/RNG_engines.txt */
export function seededChance(seed: string | number): Chance {
  let a = hash32(`${seed}/a`);
  let b = hash32(`${seed}/b`);
  let c = hash32(`${seed}/c`);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  const below = (limit: number): number => Math.floor((next() / 4294967296) * limit);
  const text = (length: number, alphabet: string): string => {
    let out = '';
    for (let index = 0; index < length; index += 1) out += alphabet[below(alphabet.length)];
    return out;
  };
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  return {
    random: () => next() / 4294967296,
    below,
    text,
    uuid: () => {
      const digits = hex(next()) + hex(next()) + hex(next()) + hex(next());
      const variant = HEX[8 + (parseInt(digits[16] ?? '0', 16) & 3)];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
    },
    fork: (label) => seededChance(`${seed}/${label}`),
  };
}
