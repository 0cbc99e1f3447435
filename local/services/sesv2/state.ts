import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';

export interface EmailIdentity {
  /** An address or a domain, in lower case. */
  readonly name: string;
  readonly isVerified: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A message that was sent, which here means kept. */
export interface SentEmail {
  readonly messageId: string;
  readonly sentMs: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
  /** The whole message, where it was sent as one. */
  readonly raw: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SesState {
  readonly identities: Collection<EmailIdentity>;
  /** The last messages, by their number. */
  readonly outbox: Collection<SentEmail>;
  readonly totals: Collection<{ sent: number }>;
}

/** Messages kept in full. Those before are only counted. */
const OUTBOX_MAX = 1000;

const TOTALS = 'totals';

export function createState(kernel: Kernel): SesState {
  return { identities: kernel.collection('ses.identities'), outbox: kernel.collection('ses.outbox'), totals: kernel.collection('ses.totals') };
}

/** Keeps a message; the oldest one gives way. */
export function keepEmail(state: SesState, email: SentEmail): void {
  const number = sentCount(state) + 1;
  state.totals.put(TOTALS, { sent: number });
  state.outbox.put(String(number), email);
  state.outbox.delete(String(number - OUTBOX_MAX));
}

/** Messages sent so far, those included that are not kept any more. */
export function sentCount(state: SesState): number {
  return state.totals.get(TOTALS)?.sent ?? 0;
}

/** The identity under which an address sends: the address itself, its domain, or a domain above. */
export function identityFor(state: SesState, address: string): EmailIdentity | undefined {
  const lower = address.toLowerCase();
  const exact = state.identities.get(lower);
  if (exact) return exact;
  const labels = lower.slice(lower.lastIndexOf('@') + 1).split('.');
  for (let from = 0; from < labels.length; from += 1) {
    const domain = state.identities.get(labels.slice(from).join('.'));
    if (domain) return domain;
  }
  return undefined;
}
