import * as schemas from '../../schemas/index.ts';

/** The part of an envelope that operators look at. */
export interface Envelope {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly correlationid?: string;
  readonly causationid?: string;
  readonly flow?: string;
  readonly dataschema?: string;
  readonly data?: unknown;
}

type AnyContract = Pick<schemas.Contract, 'type' | 'dataschema' | 'kind' | 'context' | 'summary' | 'major' | 'parseClosed'>;

/** Every contract, by `<type>.v<major>`. */
export const CONTRACTS: ReadonlyMap<string, AnyContract> = new Map(
  Object.values(schemas)
    .filter((value): value is (typeof schemas)['OrderPlaced'] => typeof value === 'object' && value !== null)
    .flatMap((versions) => Object.values(versions) as AnyContract[])
    .map((contract) => [`${contract.type}.v${contract.major}`, contract]),
);

/** Reads an envelope from its JSON text; `undefined` where it is none. */
export function parseEnvelope(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not ours: an event of another origin on the same bus.
    return undefined;
  }
  const envelope = value as Partial<Envelope> | null;
  const isEnvelope = typeof envelope?.id === 'string' && typeof envelope.source === 'string' && typeof envelope.type === 'string';
  return isEnvelope ? (envelope as Envelope) : undefined;
}

/** The contract of an envelope's type and major version; `undefined` where there is none. */
export function contractOf(envelope: Pick<Envelope, 'type' | 'dataschema'>): AnyContract | undefined {
  const major = /\/v(\d+)\./.exec(envelope.dataschema ?? '')?.[1] ?? '1';
  return CONTRACTS.get(`${envelope.type}.v${major}`);
}

/** The summary template of the event's schema, filled in; for an unknown schema the first three scalar members. */
export function summaryOf(envelope: Envelope): string {
  const contract = contractOf(envelope);
  if (contract) return schemas.formatSummary(contract.summary, envelope.data);
  return Object.entries((envelope.data ?? {}) as Record<string, unknown>)
    .filter(([, value]) => typeof value !== 'object')
    .slice(0, 3)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(' · ');
}
