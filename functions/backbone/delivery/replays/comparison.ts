import type { CommitRecord } from '../../commit-record.ts';
import type { Envelope } from '../../envelope.ts';
import { type Effect, Effects, fingerprintOfEffect, readFingerprints, textOf } from './effects.ts';

/** One effect that is not what it was. `changed`: it was another. `added`: there was none. `missing`: it was there. `failed`: the handler threw. */
export interface Difference {
  readonly kind: 'changed' | 'added' | 'missing' | 'failed';
  /** `emit PaymentProcessed`, `write Put PAYMENT#o1 PAYMENT`, `outside mail` */
  readonly what: string;
  /** As JSON, where it is known: only events are kept whole. */
  readonly before?: string;
  /** As JSON. */
  readonly after?: string;
}

/** What both attempts did. */
export interface Compared {
  readonly before: CommitRecord;
  /** Events that were appended the first time, as far as they were found. */
  readonly firstAppended: readonly Effect[];
  readonly effects: readonly Effect[];
  /** The moment of both. */
  readonly now: string;
}

/** Content of a difference is cut here: it is to be looked at. */
const TEXT_MAX = 2_000;

const labelOf = ({ kind, what }: Effect): string => `${kind} ${what}`;

/** What differs between the first time and a shadow, by fingerprints. A commit from before there were any tells of its events only. */
export function compare({ before, firstAppended, effects, now }: Compared): Difference[] {
  const known = knownEffects(before, firstAppended);
  const isWhole = before.effects !== undefined || (before.events ?? []).length === 0;
  const remembered = before.effects === undefined ? new Map(known.map((effect) => pairOf(effect, now))) : readFingerprints(before.effects);
  const knownBy = new Map(known.map((effect) => [fingerprintOfEffect(effect, now).what, effect]));
  const differences: Difference[] = [];
  for (const effect of effects) {
    const { what, content } = fingerprintOfEffect(effect, now);
    const earlier = remembered.get(what);
    remembered.delete(what);
    if (earlier === content || (earlier === undefined && !isWhole && effect.kind !== 'emit')) continue;
    const first = knownBy.get(what);
    differences.push({
      kind: earlier === undefined ? 'added' : 'changed',
      what: labelOf(effect),
      ...(first && { before: cut(textOf(first.content, now)) }),
      after: cut(textOf(effect.content, now)),
    });
  }
  for (const what of remembered.keys()) {
    const first = knownBy.get(what);
    differences.push({
      kind: 'missing',
      what: first ? labelOf(first) : 'a write, or a call to the outside',
      ...(first && { before: cut(textOf(first.content, now)) }),
    });
  }
  return differences;
}

const pairOf = (effect: Effect, now: string): readonly [string, string] => {
  const { what, content } = fingerprintOfEffect(effect, now);
  return [what, content];
};

/** Effects of the first time that are kept whole: its events. */
function knownEffects({ events = [] }: CommitRecord, firstAppended: readonly Effect[]): Effect[] {
  const emitted = new Effects();
  for (const text of events) {
    const { type, subject, data } = JSON.parse(text) as Envelope;
    emitted.note('emit', type, { subject, data });
  }
  return [...emitted.all, ...firstAppended];
}

const cut = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text);
