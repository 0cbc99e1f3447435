import type { DeliveryPayload } from '../../kernel/service.ts';
import { forwardedEntry } from './forwarding.ts';
import { busNameOf } from './naming.ts';

/** An event that another bus's rule passes on to a bus. */
export function receive(arn: string, payload: DeliveryPayload): { readonly operation: string; readonly input: object } {
  return { operation: 'PutEvents', input: { Entries: [forwardedEntry(busNameOf(arn), payload)] } };
}
