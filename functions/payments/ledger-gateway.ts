import { createHash } from 'node:crypto';
import { type ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { RetryableError, TerminalError } from '../backbone/errors.ts';
import { lambdaPorts, type Ports, required } from '../backbone/ports.ts';
import { fromItem, toItem } from '../backbone/table.ts';
import type { Charged, ChargeRequest, ChargeResult, PaymentGateway, RefundRequest, VoidRequest } from './payment-gateway.ts';

/**
 * The cards that the gateway knows.
 *
 * | token | what happens |
 * |---|---|
 * | `tok_visa` | is charged |
 * | `tok_declined` | is declined |
 * | `tok_timeout` | the gateway never answers, and nothing is charged: retried until it is dead-lettered |
 * | `tok_lost_answer` | is charged, and the answer is lost: the retry gets it from the ledger |
 *
 * Any other token is declined.
 */
const BEHAVIOUR_BY_TOKEN: ReadonlyMap<string, 'charge' | 'decline' | 'time-out' | 'lose-answer'> = new Map([
  ['tok_visa', 'charge'],
  ['tok_declined', 'decline'],
  ['tok_timeout', 'time-out'],
  ['tok_lost_answer', 'lose-answer'],
]);

/** How long the gateway is waited for: well within the consumer's timeout, so that the attempt ends as a failure with a reason and not as a killed invocation. */
const ANSWER_DEADLINE_MS = 3_000;

/** One movement of money. Entries are appended and never changed: what was charged less what was refunded is what was kept. */
export interface LedgerEntry {
  readonly pk: string;
  readonly sk: 'ENTRY';
  readonly entity: 'LEDGER';
  /** `void`: it moves nothing, and keeps the charge of its key from ever being made. */
  readonly kind: 'charge' | 'refund' | 'void';
  readonly entryId: string;
  readonly orderId: string;
  readonly amountCents: number;
  readonly currency: string;
  /** The charge that a refund gives back. */
  readonly paymentId?: string;
  readonly at: string;
}

type GatewayPorts = Pick<Ports, 'dynamodb' | 'environment' | 'nowMs' | 'waitMs'>;

/**
 * The gateway that ships: it moves no money and keeps an account of it, a ledger of its own in the service's table (items `LEDGER#<idempotency key>`). It answers a repeated key as
 * it did the first time. It writes outside the unit of work on purpose, as a gateway elsewhere would: the charge stands even where the commit that follows does not.
 */
export function ledgerGateway(ports: GatewayPorts = lambdaPorts): PaymentGateway {
  return {
    charge: (request) => charge(ports, request),
    refund: (request) => refund(ports, request),
    void: (request) => voidCharge(ports, request),
    foresee: { charge: foreseeCharge, refund: foreseeRefund },
  };
}

const paymentIdOf = (idempotencyKey: string): string => `pay_${digestOf(idempotencyKey)}`;
const refundIdOf = (idempotencyKey: string): string => `ref_${digestOf(idempotencyKey)}`;

/** What is retried until it has an answer ends with this one. */
function foreseeCharge({ idempotencyKey, cardToken }: ChargeRequest): ChargeResult {
  const refusal = refusalOf(cardToken);
  return refusal ?? { outcome: 'charged', paymentId: paymentIdOf(idempotencyKey) };
}

const foreseeRefund = ({ idempotencyKey }: RefundRequest): { readonly refundId: string } => ({ refundId: refundIdOf(idempotencyKey) });

function refusalOf(cardToken: string): ChargeResult | undefined {
  const behaviour = BEHAVIOUR_BY_TOKEN.get(cardToken);
  if (behaviour === undefined) return { outcome: 'declined', reason: 'The card is not known' };
  return behaviour === 'decline' ? { outcome: 'declined', reason: 'The card was declined' } : undefined;
}

async function charge(ports: GatewayPorts, { idempotencyKey, orderId, amountCents, currency, cardToken }: ChargeRequest): Promise<ChargeResult> {
  const refusal = refusalOf(cardToken);
  if (refusal) return refusal;
  const behaviour = BEHAVIOUR_BY_TOKEN.get(cardToken);
  if (behaviour === 'time-out') {
    await ports.waitMs(ANSWER_DEADLINE_MS);
    throw new RetryableError(`The payment gateway did not answer within ${ANSWER_DEADLINE_MS} ms`);
  }
  const { entry, isNew } = await append(ports, idempotencyKey, { kind: 'charge', entryId: paymentIdOf(idempotencyKey), orderId, amountCents, currency });
  if (isNew && behaviour === 'lose-answer') throw new RetryableError('The answer of the payment gateway was lost');
  return { outcome: 'charged', paymentId: entry.entryId };
}

async function refund(
  ports: GatewayPorts,
  { idempotencyKey, orderId, paymentId, amountCents, currency }: RefundRequest,
): Promise<{ readonly refundId: string }> {
  const { entry } = await append(ports, idempotencyKey, {
    kind: 'refund',
    entryId: refundIdOf(idempotencyKey),
    orderId,
    amountCents,
    currency,
    paymentId,
  });
  return { refundId: entry.entryId };
}

async function voidCharge(ports: GatewayPorts, { idempotencyKey, orderId }: VoidRequest): Promise<Charged | undefined> {
  const entry = await put(ports, idempotencyKey, { kind: 'void', entryId: `void_${digestOf(idempotencyKey)}`, orderId, amountCents: 0, currency: '' });
  return entry.earlier?.kind === 'charge'
    ? { paymentId: entry.earlier.entryId, amountCents: entry.earlier.amountCents, currency: entry.earlier.currency }
    : undefined;
}

type Movement = Omit<LedgerEntry, 'pk' | 'sk' | 'entity' | 'at'>;

/** Appends an entry, or finds the one that this key made before. @throws {TerminalError} where the key was used for another movement, or is void */
async function append(ports: GatewayPorts, idempotencyKey: string, movement: Movement): Promise<{ readonly entry: LedgerEntry; readonly isNew: boolean }> {
  const { entry, earlier } = await put(ports, idempotencyKey, movement);
  if (!earlier) return { entry, isNew: true };
  if (earlier.kind === 'void') throw new TerminalError(`The idempotency key ${idempotencyKey} is void: nothing is moved under it any more`, { code: 'VOID' });
  const isSame = earlier.kind === entry.kind && earlier.amountCents === entry.amountCents && earlier.currency === entry.currency;
  if (!isSame) throw new TerminalError(`The idempotency key ${idempotencyKey} was used for another ${earlier.kind}`, { code: 'IDEMPOTENCY_KEY_REUSED' });
  return { entry: earlier, isNew: false };
}

/** Puts an entry, unless its key has one: then that is answered as `earlier`. */
async function put(
  ports: GatewayPorts,
  idempotencyKey: string,
  movement: Movement,
): Promise<{ readonly entry: LedgerEntry; readonly earlier: LedgerEntry | undefined }> {
  const entry: LedgerEntry = { pk: `LEDGER#${idempotencyKey}`, sk: 'ENTRY', entity: 'LEDGER', ...movement, at: new Date(ports.nowMs()).toISOString() };
  try {
    await ports.dynamodb.send(
      new PutItemCommand({
        TableName: required(ports.environment, 'TABLE_NAME'),
        Item: toItem(entry),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { entry, earlier: undefined };
  } catch (error) {
    const earlier = earlierEntry(error);
    if (earlier === undefined) throw error;
    return { entry, earlier };
  }
}

function earlierEntry(error: unknown): LedgerEntry | undefined {
  if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') return undefined;
  const { Item } = error as ConditionalCheckFailedException;
  return Item && fromItem<LedgerEntry>(Item);
}

/** The gateway's own ids follow from the key, as a ledger without chance may do. */
function digestOf(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 24);
}
