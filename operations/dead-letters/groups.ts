import type { DeadLetter } from './dead-letter.ts';

/** Failures of one cause at one consumer. */
export interface DeadLetterGroup {
  readonly consumer: string;
  readonly reason: string;
  /** Absent where neither handler nor index has said why. */
  readonly fingerprint: string | undefined;
  readonly count: number;
  /** The types of their events. */
  readonly types: readonly string[];
  readonly firstFailedAt: string | undefined;
  readonly lastFailedAt: string | undefined;
  /** One of them, to look at. */
  readonly sample: Pick<DeadLetter, 'messageId' | 'eventId' | 'subject' | 'error'>;
}

/** Puts letters together by consumer, reason and fingerprint; the largest group comes first. */
export function groupDeadLetters(letters: readonly DeadLetter[]): DeadLetterGroup[] {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const key = JSON.stringify([letter.consumer, letter.reason, letter.fingerprint]);
    const group = groups.get(key);
    if (group) group.push(letter);
    else groups.set(key, [letter]);
  }
  return [...groups.values()].map(groupOf).sort((a, b) => b.count - a.count || a.consumer.localeCompare(b.consumer));
}

function groupOf(letters: readonly DeadLetter[]): DeadLetterGroup {
  // The same sample each time: messages come from a queue in no order.
  const [sample] = [...letters].sort((a, b) => a.messageId.localeCompare(b.messageId)) as [DeadLetter, ...DeadLetter[]];
  const { consumer, reason, fingerprint, messageId, eventId, subject, error } = sample;
  const present = (texts: readonly (string | undefined)[]): string[] => texts.filter((text) => text !== undefined).sort();
  return {
    consumer,
    reason,
    fingerprint,
    count: letters.length,
    types: [...new Set(present(letters.map(({ type }) => type)))],
    firstFailedAt: present(letters.map(({ firstFailedAt }) => firstFailedAt))[0],
    lastFailedAt: present(letters.map(({ lastFailedAt }) => lastFailedAt)).at(-1),
    sample: { messageId, eventId, subject, error },
  };
}
