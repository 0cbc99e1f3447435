/**
 * A wildcard pattern cut at its stars: a text matches that begins with the first part, ends with the last, and holds those between in order.
 * A pattern without a star has one part.
 */
export type WildcardParts = readonly string[];

/**
 * States in which a matcher may have to be at once before the service refuses a pattern. AWS does not publish its bound; its recorded answers
 * accept 7 (`/Users/*\/dir/dir/dir/dir/dir/doc.txt`) and refuse 11 (`*:*:*:*:*:event-bus/*`).
 */
const COMPLEXITY_MAX = 10;

/** Sets of states that are looked at before a pattern is taken for one that is too complex. */
const STATE_SETS_MAX = 4096;

/**
 * Cuts a wildcard pattern. `*` is any text; `\*` and `\\` are the characters themselves; two stars in a row are refused.
 * Throws an `Error` whose message names the position, counted in UTF-8 bytes from the opening quote as AWS counts.
 */
export function parseWildcard(text: string): WildcardParts {
  const parts: string[] = [];
  let part = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    const next = text[index + 1];
    if (character === '*') {
      if (next === '*') throw new Error(`Consecutive wildcard characters at pos ${bytePosition(text, index)}`);
      parts.push(part);
      part = '';
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\') throw new Error(`Invalid escape character at pos ${bytePosition(text, index)}`);
      part += next;
      index += 1;
    } else part += character;
  }
  parts.push(part);
  return parts;
}

function bytePosition(text: string, index: number): number {
  return Buffer.byteLength(text.slice(0, index)) + 1;
}

/** Whether `text` matches. Runs in the length of the text times that of the longest part. */
export function matchesWildcard(parts: WildcardParts, text: string): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts[parts.length - 1] ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (let index = 1; index < parts.length - 1; index += 1) {
    const part = parts[index] ?? '';
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether some text would put a matcher into more states at once than the service allows. A star and the character before it count as two. */
export function isTooComplex(parts: WildcardParts): boolean {
  if (parts.length < 3) return false;
  const steps: (string | undefined)[] = [];
  parts.forEach((part, index) => {
    if (index > 0) steps.push(undefined);
    steps.push(...part);
  });
  const alphabet = new Set(steps);
  const seen = new Set<string>();
  const queue: (readonly number[])[] = [withStars([0], steps)];
  for (const states of queue) {
    for (const character of alphabet) {
      const next = withStars(advance(states, character, steps), steps);
      const key = next.join();
      if (next.length > COMPLEXITY_MAX || queue.length > STATE_SETS_MAX) return true;
      if (next.length === 0 || seen.has(key)) continue;
      seen.add(key);
      queue.push(next);
    }
  }
  return false;
}

/** The states after one more character. A state is a position in `steps`; on a star (`undefined`) any character stays. */
function advance(states: readonly number[], character: string | undefined, steps: readonly (string | undefined)[]): number[] {
  const next: number[] = [];
  for (const state of states) {
    if (state >= steps.length) continue;
    const step = steps[state];
    if (step === undefined) next.push(state);
    else if (step === character) next.push(state + 1);
  }
  return next;
}

/** The states, and those that a star reaches by standing for nothing. */
function withStars(states: readonly number[], steps: readonly (string | undefined)[]): number[] {
  const all = new Set<number>();
  for (const state of states) {
    all.add(state);
    if (state < steps.length && steps[state] === undefined) all.add(state + 1);
  }
  return [...all].sort((a, b) => a - b);
}
