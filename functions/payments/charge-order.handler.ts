import { OrderPlaced } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { chargeOrder } from './charge-order.ts';
import { ledgerGateway } from './ledger-gateway.ts';

/** Consumer `payments`. */
export const handler = consumer({ name: 'payments', on: [OrderPlaced.v1], onReplay: 'skip' }, chargeOrder(ledgerGateway()));
