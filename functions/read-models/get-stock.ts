import { notFound, type QueryHandler } from '../backbone/http/query.ts';
import { readView } from '../backbone/projections/reading.ts';
import { type StockLevel, stock } from './stock.ts';

/** Answers an article's stock. `available` may be less than nothing for moments, where a reservation comes before the receipt that it took from. */
export const getStock: QueryHandler = async ({ path }, reader) => {
  const { sku = '' } = path;
  const level = await readView<StockLevel>(reader, { projection: stock, key: sku });
  if (!level) throw notFound('article', sku);
  return { status: 200, body: { sku, ...level, available: level.received - level.reserved } };
};
