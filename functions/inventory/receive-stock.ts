import { type ReceiveStockV1, StockReceived } from '../../schemas/index.ts';
import type { CommandHandler } from '../backbone/http/command.ts';
import { stockKeyOf } from './stock.ts';

/** Adds pieces to the stock. */
export const receiveStock: CommandHandler<ReceiveStockV1> = ({ data: { sku, quantity } }, work) => {
  work.update(stockKeyOf(sku), {
    expression: 'SET entity = :entity, sku = :sku, available = if_not_exists(available, :none) + :quantity',
    values: { ':entity': 'STOCK', ':sku': sku, ':none': 0, ':quantity': quantity },
  });
  work.emit(StockReceived.v1({ sku, quantity, receivedAt: work.now }));
  return { status: 202, body: { sku, quantity } };
};
