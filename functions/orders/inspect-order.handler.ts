import { inspector } from '../backbone/event-store/inspect.ts';
import { OrderStream } from './order.ts';

/** What operators ask of an order: its state at a moment, or its events. */
export const handler = inspector({ name: 'orders-aggregate' }, OrderStream);
