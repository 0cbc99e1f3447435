import type { Envelope } from '../envelope.ts';
import type { Appended } from './append.ts';
import type { Snapshot } from './items.ts';
import type { KeyStore } from './keys.ts';
import { type StoredEnvelope, seal } from './personal.ts';

/** Seals what an append keeps of a person: the members of its new events, and the state in a snapshot. The person's key is made where there is none. */
export async function sealedBy<State>(keys: KeyStore, made: Appended<State>): Promise<Appended<State>> {
  const { tip, moved, personal } = made;
  const { subject } = tip;
  if (subject === undefined) return made;
  const key = await keys.make(subject);
  const events = [...tip.events];
  for (const [index, members] of personal) {
    const envelope = JSON.parse(events[index] ?? '') as Envelope;
    const stored: StoredEnvelope = { ...envelope, sealed: seal(members, { subject, key, place: envelope.id }) };
    events[index] = JSON.stringify(stored);
  }
  const items = moved.map((item) => {
    if (!('state' in item)) return item;
    const { state, ...rest } = item as Snapshot<State> & { readonly state: State };
    return { ...rest, sealed: seal(state, { subject, key, place: item.sk }) };
  });
  return { ...made, tip: { ...tip, events }, moved: items, personal: new Map() };
}
