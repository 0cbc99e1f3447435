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

const HEX = Buffer.from('0123456789abcdef');

/** Where the four words of a UUID stand in its text, eight digits each: past the hyphens after 8, 12, 16 and 20 digits. */
const UUID_PLACES = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [9, 10, 11, 12, 14, 15, 16, 17],
  [19, 20, 21, 22, 24, 25, 26, 27],
  [28, 29, 30, 31, 32, 33, 34, 35],
] as const;
const VERSION_PLACE = 14;
const VARIANT_PLACE = 19;

/** Written in place and copied out as one flat string: ids are drawn for every message and serve as keys. */
const uuidText = Buffer.from('00000000-0000-4000-8000-000000000000');

function uuidOf(next: () => number): string {
  for (const places of UUID_PLACES) {
    const word = next();
    for (let digit = 0; digit < 8; digit += 1) uuidText[places[digit] as number] = HEX[(word >>> (28 - digit * 4)) & 15] as number;
  }
  uuidText[VERSION_PLACE] = HEX[4] as number;
  const variant = uuidText[VARIANT_PLACE] as number;
  uuidText[VARIANT_PLACE] = HEX[8 + (HEX.indexOf(variant) & 3)] as number;
  return uuidText.toString('latin1');
}

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
  return {
    random: () => next() / 4294967296,
    below,
    text,
    uuid: () => uuidOf(next),
    fork: (label) => seededChance(`${seed}/${label}`),
  };
}
