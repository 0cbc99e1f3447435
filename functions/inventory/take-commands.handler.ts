import { ReleaseInventoryReservation, ReserveInventory } from '../../schemas/index.ts';
import { participant, performs, undoes } from '../backbone/saga/participant.ts';
import { releaseReservation, reserveInventory } from './take-commands.ts';

/** Participant `inventory-commands`. */
export const handler = participant({
  name: 'inventory-commands',
  steps: [performs(ReserveInventory.v1, reserveInventory), undoes(ReleaseInventoryReservation.v1, releaseReservation)],
});
