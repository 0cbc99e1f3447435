import { ProcessPayment, RefundPayment } from '../../schemas/index.ts';
import { participant, performs, undoes } from '../backbone/saga/participant.ts';
import { ledgerGateway } from './ledger-gateway.ts';
import { processPayment, undoPayment } from './take-commands.ts';

const gateway = ledgerGateway();

/** Participant `payments-commands`. */
export const handler = participant({
  name: 'payments-commands',
  steps: [performs(ProcessPayment.v1, processPayment(gateway)), undoes(RefundPayment.v1, undoPayment(gateway))],
});
