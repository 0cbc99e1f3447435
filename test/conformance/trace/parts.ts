/** Parts within parts: a message's body, the notification inside, and what that is about. */
const DEPTH_MAX = 8;

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What of an answer a recording can be of: all of it first. A recording without metadata may be of one part: the one member that is no metadata (`Item`), or
 * something deeper down, inside texts that spell JSON too, that has all of the recorded members (the policy in a topic's attributes).
 */
export function* partsOf(recorded: unknown, answered: unknown): Generator<unknown> {
  if (!isMembers(answered) || !('ResponseMetadata' in answered) || (isMembers(recorded) && 'ResponseMetadata' in recorded)) {
    yield answered;
    return;
  }
  const { ResponseMetadata: _metadata, ...members } = answered;
  const [only, ...others] = Object.keys(members);
  const isOnly = only !== undefined && others.length === 0 && !(isMembers(recorded) && only in recorded);
  yield isOnly ? members[only] : answered;
  if (isMembers(recorded) && Object.keys(recorded).length > 0) yield* withMembers(members, Object.keys(recorded), 0);
}

function* withMembers(value: unknown, names: readonly string[], depth: number): Generator<unknown> {
  if (depth > DEPTH_MAX) return;
  const inside = typeof value === 'string' && /^[[{]/.test(value) ? parsed(value) : value;
  if (typeof inside !== 'object' || inside === null) return;
  if (names.every((name) => name in inside)) yield inside;
  for (const member of Object.values(inside)) yield* withMembers(member, names, depth + 1);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
