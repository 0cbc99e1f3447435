/** The body of a letter that holds an event: an event of the bus, whose `detail` is the envelope, or a record of a stream, which is the envelope itself. */
export interface LetterBody {
  readonly envelope: { readonly type?: string; readonly dataschema?: string; readonly data?: unknown };
  /** The body with other data in the same envelope: JSON text. */
  withData(data: unknown): string;
}

/** Reads a body; `undefined` where it can hold no event. */
export function letterBody(payload: string): LetterBody | undefined {
  let body: ({ readonly specversion?: unknown; readonly detail?: Partial<LetterBody['envelope']> | null } & Partial<LetterBody['envelope']>) | null;
  try {
    body = JSON.parse(payload) as typeof body;
  } catch {
    // What is not JSON is no event either.
    return undefined;
  }
  const isEnvelope = body?.specversion !== undefined;
  const envelope = isEnvelope ? body : body?.detail;
  if (typeof envelope !== 'object' || envelope === null) return undefined;
  return {
    envelope: envelope as LetterBody['envelope'],
    withData: (data) => JSON.stringify(isEnvelope ? { ...body, data } : { ...body, detail: { ...envelope, data } }),
  };
}
