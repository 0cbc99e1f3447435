import { PrepareShipment } from '../../schemas/index.ts';
import { participant, performs } from '../backbone/saga/participant.ts';
import { done } from '../backbone/saga/reply.ts';
import { prepare } from './prepare-shipment.ts';

/** Participant `shipping-commands`. */
export const handler = participant({
  name: 'shipping-commands',
  steps: [performs(PrepareShipment.v1, ({ data }, work) => done({ shipmentId: prepare(data, work).shipmentId }))],
});
