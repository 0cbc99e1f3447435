import { partsOf } from './parts.ts';
import type { Binding } from './trace.ts';

/** What placeholders have stood for so far in a case: `<uuid:1>` is the same wherever it appears. */
export type Bound = Map<string, string>;

/** Values that the recorder replaced by a word for their kind. */
const VOLATILE: ReadonlySet<string> = new Set(['datetime', 'timestamp', 'date']);

/** What is not of the service: headers were dropped, and `_normalized` is the recorder's own note. */
const IGNORED: ReadonlySet<string> = new Set(['HTTPHeaders', '_normalized']);

/** Members that AWS added between two recordings: the later ones have them. Alarms tell of mute windows in 2026, and did not in 2024 and 2025; Step Functions tells of redrives since 2023, and of encryption since 2024. */
const ADDED_SINCE: ReadonlySet<string> = new Set(['ActionExecutedAfterMuteWindow', 'encryptionConfiguration', 'redriveCount']);

/** `<uuid:1>`, and `<<next-token>:1>` where the recorder wrapped what was wrapped. */
const PLACEHOLDER = /<(?:[a-zA-Z_][\w.-]*|<[a-zA-Z_][\w.-]*>)(?::\d+|:len\(\d+\))?>/g;

/** What a comparison needs besides the two values. */
export interface ComparisonContext {
  readonly bindings: readonly Binding[];
  readonly bound: Bound;
  /** Lists were collected over several answers and then sorted by the test, in an order that the trace does not tell. */
  readonly isAnyOrder?: boolean;
}

/**
 * The first place where an answer differs from what was recorded, or `undefined`. Placeholders are bound in `bound`, which is changed only where the two agree.
 * Where the recording is of a part of the answer, that part has to agree; the difference is that of the smallest part tried.
 */
export function differenceOf(recorded: unknown, answered: unknown, context: ComparisonContext): string | undefined {
  let difference: string | undefined;
  for (const part of partsOf(recorded, answered)) {
    const bound = new Map(context.bound);
    const { bindings, isAnyOrder = false } = context;
    difference = compare(recorded, comparable(recorded, part), { path: '', name: '', bindings, bound, isAnyOrder });
    if (difference === undefined) {
      for (const [name, value] of bound) context.bound.set(name, value);
      return undefined;
    }
  }
  return difference;
}

/**
 * Boto repeats an error's message beside `Error` where it finds the error's shape, which it did not find by SQS's and CloudWatch's query codes in all of its versions:
 * where the recording does not repeat it, neither do we.
 */
function comparable(recorded: unknown, answered: unknown): unknown {
  if (typeof recorded !== 'object' || recorded === null || !('Error' in recorded)) return answered;
  if (typeof answered !== 'object' || answered === null || !('Error' in answered)) return answered;
  const repeated = ['message', 'Message'].filter((name) => !(name in recorded));
  return Object.fromEntries(Object.entries(answered).filter(([name]) => !repeated.includes(name)));
}

interface Place {
  readonly path: string;
  /** The member's name: words such as `sent-timestamp` stand for the value of `SentTimestamp`. */
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly bound: Bound;
  readonly isAnyOrder: boolean;
}

function compare(recorded: unknown, answered: unknown, place: Place): string | undefined {
  if (typeof recorded === 'string') return compareText(recorded, answered, place);
  const value = decoded(recorded, answered);
  if (Array.isArray(recorded)) return compareList(recorded, value, place);
  if (typeof recorded === 'object' && recorded !== null) return compareObject(recorded as Record<string, unknown>, value, place);
  return recorded === value ? undefined : differs(recorded, value, place);
}

/** The recorder decoded JSON text; ours is decoded where a value stands in the recording. */
function decoded(recorded: unknown, answered: unknown): unknown {
  if (typeof answered !== 'string') return answered;
  if (recorded === null && answered !== 'null') return answered;
  try {
    return JSON.parse(answered);
  } catch {
    return answered;
  }
}

/** The principals of a policy's statement are a set: services answer them in an order of their own. */
const PRINCIPALS = /\.Principal\.AWS$/;

function compareList(recorded: readonly unknown[], answered: unknown, place: Place): string | undefined {
  if (!Array.isArray(answered) || answered.length !== recorded.length) return differs(recorded, answered, place);
  if ((place.isAnyOrder || PRINCIPALS.test(place.path)) && agreesInSomeOrder(recorded, answered, place)) return undefined;
  for (const [index, item] of recorded.entries()) {
    const difference = compare(item, answered[index], { ...place, path: `${place.path}[${index}]` });
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Takes for each recorded item the first of ours that agrees and is not taken. */
function agreesInSomeOrder(recorded: readonly unknown[], answered: readonly unknown[], place: Place): boolean {
  const bound = new Map(place.bound);
  const left = [...answered];
  for (const item of recorded) {
    const index = left.findIndex((one) => {
      const trial = new Map(bound);
      if (compare(item, one, { ...place, bound: trial }) !== undefined) return false;
      for (const [name, value] of trial) bound.set(name, value);
      return true;
    });
    if (index < 0) return false;
    left.splice(index, 1);
  }
  for (const [name, value] of bound) place.bound.set(name, value);
  return true;
}

function compareObject(recorded: Record<string, unknown>, answered: unknown, place: Place): string | undefined {
  if (typeof answered !== 'object' || answered === null || Array.isArray(answered)) return differs(recorded, answered, place);
  const ours = answered as Record<string, unknown>;
  const hasMetadata = 'ResponseMetadata' in recorded;
  for (const [name, member] of Object.entries(recorded)) {
    if (IGNORED.has(name)) continue;
    const path = `${place.path}.${name}`;
    if (!(name in ours)) {
      const key = keyBehind(name, recorded, ours);
      if (key === undefined) return `${path}: recorded ${shown(member)}, not answered`;
      const difference = compare(member, ours[key], { ...place, path, name });
      if (difference !== undefined) return difference;
      continue;
    }
    const difference = compare(member, ours[name], { ...place, path, name });
    if (difference !== undefined) return difference;
  }
  for (const [name, member] of Object.entries(ours)) {
    if (name in recorded || IGNORED.has(name) || ADDED_SINCE.has(name) || (name === 'ResponseMetadata' && !hasMetadata)) continue;
    if (keyBehindOurs(name, recorded)) continue;
    return `${place.path}.${name}: not recorded, answered ${shown(member)}`;
  }
  return undefined;
}

/** A recorded key can hold a placeholder itself: it is the one key of ours that the recording does not have and that has its form. */
function keyBehind(name: string, recorded: Record<string, unknown>, ours: Record<string, unknown>): string | undefined {
  if (name.search(PLACEHOLDER) < 0) return undefined;
  const form = formOf(name).pattern;
  return Object.keys(ours).find((key) => !(key in recorded) && form.test(key));
}

const keyBehindOurs = (name: string, recorded: Record<string, unknown>): boolean =>
  Object.keys(recorded).some((key) => key.search(PLACEHOLDER) >= 0 && formOf(key).pattern.test(name));

/** Who made the requests: a user of the account when they were recorded, the account's root when they are played. */
const RECORDING_USER = /^arn:(?:<partition>|aws):iam::111111111111:user\/<[^>]*>$/;
const PLAYING_ROOT = 'arn:aws:iam::111111111111:root';

function compareText(recorded: string, answered: unknown, place: Place): string | undefined {
  if (recorded === answered) return undefined;
  if (answered === undefined || answered === null) return differs(recorded, answered, place);
  if (isWord(recorded, place) || isWordForId(recorded, answered)) return undefined;
  if (RECORDING_USER.test(recorded) && answered === PLAYING_ROOT) return undefined;
  const text = typeof answered === 'string' ? answered : JSON.stringify(answered);
  const isBound = matchesForm(recorded, text, place.bound) || matchesForm(recorded, replaced(text, place.bindings), place.bound);
  if (isBound) return undefined;
  const inside = jsonOf(recorded);
  return inside === undefined ? differs(recorded, answered, place) : compare(inside, text, place);
}

/** The structure that a recorded text spells: words stand in it as they do outside of text. */
function jsonOf(text: string): object | undefined {
  const value = decoded({}, text);
  return typeof value === 'object' && value !== null ? value : undefined;
}

function isWord(recorded: string, { name, bindings }: Place): boolean {
  if (VOLATILE.has(recorded) || recorded === hyphenated(name)) return true;
  return bindings.some(({ kind, replacement }) => kind === 'jsonpath' && replacement === recorded);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A test that knew an id replaced it by a word such as `message-id` wherever it stood. */
const isWordForId = (recorded: string, answered: unknown): boolean => /^[a-z]+(-[a-z]+)*-id$/.test(recorded) && UUID.test(String(answered));

/** `MD5OfBody` is `m-d5-of-body`. */
function hyphenated(name: string): string {
  return name.replace(/(?<!^)(?=[A-Z])/g, '-').toLowerCase();
}

/** Makes the recorder's replacements whose result is no placeholder. */
function replaced(text: string, bindings: readonly Binding[]): string {
  let out = text;
  for (const { kind, regex, replacement } of bindings) {
    if (kind !== 'regex' || !regex || /^<[^>]*>$/.test(replacement)) continue;
    const source = /^re\.compile\('(.*)'\)$/s.exec(regex)?.[1]?.replaceAll('\\\\', '\\') ?? regex;
    out = out.replace(compiled(source) ?? '\u0000', replacement.replaceAll('$', '$$$$'));
  }
  return out;
}

function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(source.replace(/^\(\?i\)/, ''), source.startsWith('(?i)') ? 'gi' : 'g');
  } catch {
    return undefined;
  }
}

const forms = new Map<string, { readonly pattern: RegExp; readonly names: readonly string[] }>();

/** A recorded text as a pattern: each placeholder is a group. */
function formOf(recorded: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const known = forms.get(recorded);
  if (known) return known;
  const names = recorded.match(PLACEHOLDER) ?? [];
  const literals = recorded.split(PLACEHOLDER).map((literal) => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const form = { pattern: new RegExp(`^${literals.join('([\\s\\S]*?)')}$`), names };
  forms.set(recorded, form);
  return form;
}

function matchesForm(recorded: string, text: string, bound: Bound): boolean {
  const { pattern, names } = formOf(recorded);
  const match = pattern.exec(text);
  if (!match) return false;
  const found = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const value = match[index + 1] ?? '';
    // Only a numbered placeholder is one value throughout.
    if (!/:\d+>$/.test(name)) continue;
    const known = found.get(name) ?? bound.get(name);
    if (known !== undefined && known !== value) return false;
    found.set(name, value);
  }
  for (const [name, value] of found) bound.set(name, value);
  return true;
}

function differs(recorded: unknown, answered: unknown, { path }: Place): string {
  return `${path === '' ? '(whole)' : path}: recorded ${shown(recorded)}\nanswered ${shown(answered)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
