import { PaymentFailed, PaymentProcessed, PaymentRefunded } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { recordPayment } from './record-payment.ts';

/** Consumer group `audit` on the stream. */
export const handler = consumer({ name: 'audit', on: [PaymentProcessed.v1, PaymentFailed.v1, PaymentRefunded.v1], onReplay: 'skip' }, recordPayment);
