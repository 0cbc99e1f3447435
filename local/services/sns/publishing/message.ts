import type { DeliveryPayload } from '../../../kernel/service.ts';

export type MessageAttributes = NonNullable<DeliveryPayload['attributes']>;

/** A message that a topic took. */
export interface Message {
  readonly id: string;
  /** What subscribers of each protocol receive, where the message says so; `default` is for all others. */
  readonly body: string;
  readonly byProtocol: Readonly<Record<string, string>> | undefined;
  readonly subject: string | undefined;
  readonly attributes: MessageAttributes | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Of a FIFO topic. */
  readonly sequenceNumber: string | undefined;
  readonly publishedMs: number;
}

/** A message that is well formed. */
export type MessageDraft = Omit<Message, 'id' | 'sequenceNumber' | 'publishedMs'> & { readonly sizeBytes: number };

/** What subscribers of a protocol receive. */
export function bodyFor({ body, byProtocol }: Message, protocol: string): string {
  return byProtocol?.[protocol] ?? body;
}
