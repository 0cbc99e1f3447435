import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EventContract } from '../../../schemas/index.ts';
import type { Envelope } from '../envelope.ts';
import type { SubjectKey } from './keys.ts';

/** What an aggregate declares of the people that its events tell of. */
export interface PersonalData<Data> {
  /** Whose the personal members of an event are: an id that says nothing by itself. All events of one aggregate that have such members are of the same person. */
  readonly subjectOf: (data: Data) => string;
  /** Members of the events' data that are sealed, and what stands for them where nobody can open the seal any more: a value that the contracts allow. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** What only the subject's key opens. */
export interface Sealed {
  readonly subject: string;
  /** Id of the key. */
  readonly key: string;
  /** Base64 of initialisation vector, tag and ciphertext. */
  readonly text: string;
}

/** An envelope as it is stored: with `sealed`, placeholders stand for the personal members of its data. */
export type StoredEnvelope = Envelope & { readonly sealed?: Sealed };

/** A vector of 96 bits that is drawn by chance is good for 2³² events of one person. @see https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf */
const VECTOR_BYTES = 12;
const TAG_BYTES = 16;

/** Seals a value. It opens at its own place only: `place` is an event's id, or a snapshot's key. */
export function seal(value: unknown, { subject, key, place }: { readonly subject: string; readonly key: SubjectKey; readonly place: string }): Sealed {
  const vector = randomBytes(VECTOR_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, vector);
  cipher.setAAD(Buffer.from(JSON.stringify([subject, place])));
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return { subject, key: key.id, text: Buffer.concat([vector, cipher.getAuthTag(), ciphertext]).toString('base64') };
}

/** Opens a seal. `undefined` where the key that made it is gone. @throws where text or place are not what was sealed */
export function unseal(sealed: Sealed, key: SubjectKey | undefined, place: string): unknown {
  if (key?.id !== sealed.key) return undefined;
  const bytes = Buffer.from(sealed.text, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, VECTOR_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(JSON.stringify([sealed.subject, place])));
  decipher.setAuthTag(bytes.subarray(VECTOR_BYTES, VECTOR_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(VECTOR_BYTES + TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString('utf8'));
}

/** Where keys are read. */
export interface Keys {
  /** The subject's key; `undefined` where it never had one, or was forgotten. */
  read(subject: string): Promise<SubjectKey | undefined>;
}

/** For who has no business with personal data: nothing is opened. */
export const NO_KEYS: Keys = { read: async () => undefined };

/** A stored event as it was appended; with its placeholders where its subject was forgotten. */
export async function opened(stored: StoredEnvelope, keys: Keys): Promise<Envelope> {
  const { sealed, ...envelope } = stored;
  if (!sealed) return stored;
  const members = unseal(sealed, await keys.read(sealed.subject), envelope.id) as object | undefined;
  return { ...envelope, data: { ...(envelope.data as object), ...members } };
}

/** Refuses a declaration that leaves out what a contract marks as personal: it would be kept for ever. */
export function checkPersonal({ type, personal }: EventContract, { members }: Pick<PersonalData<never>, 'members'>): void {
  const missing = personal.find((path) => !(path in members));
  if (missing !== undefined) throw new RangeError(`${type} marks ${missing} as personal; the aggregate's \`personal.members\` does not name it`);
}
