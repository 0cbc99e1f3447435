import { InventoryFailed } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { ledgerGateway } from './ledger-gateway.ts';
import { refundPayment } from './refund-payment.ts';

/** Consumer `payments-refund`. */
export const handler = consumer({ name: 'payments-refund', on: [InventoryFailed.v1], onReplay: 'skip' }, refundPayment(ledgerGateway()));
