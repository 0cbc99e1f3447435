import { createHash } from 'node:crypto';

/** What becomes of a line's order, known before it is placed. */
export type PredictedEnd = 'CONFIRMED' | 'CANCELLED_PAYMENT_DECLINED' | 'CANCELLED_OUT_OF_STOCK';

/** One line of an orders file, as the order it stands for. */
export interface OrderLine {
  /** Counts from 1. */
  readonly lineNumber: number;
  readonly customerId: string;
  /** Start of the day, UTC. */
  readonly orderedAt: string;
  readonly quantity: number;
  readonly totalCents: number;
  readonly cardToken: string;
  readonly sku: string;
  readonly end: PredictedEnd;
  /** The same for the same line of the same file: a repeated load places nothing twice. */
  readonly idempotencyKey: string;
}

/** A line that is no order: where, and what would be right. */
export class OrdersFileError extends Error {
  constructor(lineNumber: number, text: string, expected: string) {
    super(`Line ${lineNumber}: "${text.trim()}": ${expected}`);
    this.name = 'OrdersFileError';
  }
}

/** Share of orders, in percent, whose card is declined, and whose article is sold out. */
const DECLINED_PERCENT = 4;
const SOLD_OUT_PERCENT = 2;

/** Articles in stock: `CD-000` … `CD-099`. `CD-SOLD-OUT` never has any. */
export const ARTICLES = Array.from({ length: 100 }, (_, index) => `CD-${String(index).padStart(3, '0')}`);
export const SOLD_OUT_ARTICLE = 'CD-SOLD-OUT';

/** Five columns, separated by blanks; the first is the customer's id in the full data set and not used. */
const LINE = /^\s*\d+\s+(\d+)\s+(\d{4})(\d{2})(\d{2})\s+(\d+)\s+(\d+)\.(\d{2})\s*$/;

/**
 * Card and article of an order, from SHA-256 of `<line number>:<line, trimmed, blanks folded>`: byte 0 and 1, as a 16-bit number modulo 100, below 4:
 * the card is declined; else byte 2 and 3 modulo 100 below 2: the article is sold out; byte 4 modulo 100 names the article otherwise.
 */
function choose(lineNumber: number, text: string): Pick<OrderLine, 'cardToken' | 'sku' | 'end' | 'idempotencyKey'> {
  const digest = createHash('sha256')
    .update(`${lineNumber}:${text.trim().replace(/\s+/g, ' ')}`)
    .digest();
  const isDeclined = digest.readUInt16BE(0) % 100 < DECLINED_PERCENT;
  const isSoldOut = digest.readUInt16BE(2) % 100 < SOLD_OUT_PERCENT;
  const article = ARTICLES[(digest[4] ?? 0) % ARTICLES.length] ?? SOLD_OUT_ARTICLE;
  return {
    cardToken: isDeclined ? 'tok_declined' : 'tok_visa',
    sku: isSoldOut ? SOLD_OUT_ARTICLE : article,
    end: isDeclined ? 'CANCELLED_PAYMENT_DECLINED' : isSoldOut ? 'CANCELLED_OUT_OF_STOCK' : 'CONFIRMED',
    idempotencyKey: `load-${digest.toString('hex').slice(0, 32)}`,
  };
}

/** Reads an orders file. Throws `OrdersFileError` at the first line that is no order; blank lines are passed over. */
export function parseOrders(text: string): OrderLine[] {
  const orders: OrderLine[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const lineNumber = index + 1;
    if (line.trim() === '') return;
    const match = LINE.exec(line);
    if (!match) throw new OrdersFileError(lineNumber, line, 'expected "<id> <customer> <YYYYMMDD> <quantity> <dollars.cents>"');
    const [, customer = '', year, month, day, quantity, dollars, cents] = match;
    const orderedAt = new Date(`${year}-${month}-${day}T00:00:00.000Z`);
    if (Number.isNaN(orderedAt.getTime()) || orderedAt.getUTCDate() !== Number(day)) {
      throw new OrdersFileError(lineNumber, line, `${year}-${month}-${day} is not a date`);
    }
    if (Number(quantity) < 1) throw new OrdersFileError(lineNumber, line, 'the quantity must be at least 1');
    orders.push({
      lineNumber,
      customerId: customer,
      orderedAt: orderedAt.toISOString(),
      quantity: Number(quantity),
      totalCents: Number(dollars) * 100 + Number(cents),
      ...choose(lineNumber, line),
    });
  });
  return orders;
}
