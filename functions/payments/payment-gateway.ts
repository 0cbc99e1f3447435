/** What a charge asks for. */
export interface ChargeRequest {
  /** The same key gets the same answer, and charges once. */
  readonly idempotencyKey: string;
  readonly orderId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly cardToken: string;
}

/** What became of a charge. */
export type ChargeResult = { readonly outcome: 'charged'; readonly paymentId: string } | { readonly outcome: 'declined'; readonly reason: string };

/** Which charge is to take no effect any more. */
export interface VoidRequest {
  /** The key of the charge. */
  readonly idempotencyKey: string;
  readonly orderId: string;
}

/** What a charge took. */
export interface Charged {
  readonly paymentId: string;
  readonly amountCents: number;
  readonly currency: string;
}

/** What a refund asks for: all of one charge. */
export interface RefundRequest {
  /** The same key gets the same answer, and refunds once. */
  readonly idempotencyKey: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly amountCents: number;
  readonly currency: string;
}

/** The port to whoever moves the money. Both calls throw `RetryableError` where it is not known whether they took effect: repeat them with the same key. */
export interface PaymentGateway {
  charge(request: ChargeRequest): Promise<ChargeResult>;
  refund(request: RefundRequest): Promise<{ readonly refundId: string }>;
  /**
   * Makes sure that a charge takes no effect any more: from now on its key charges nothing. Answers with what it had charged before, which is then to be refunded, and with `undefined` where
   * that was nothing.
   */
  void(request: VoidRequest): Promise<Charged | undefined>;
  /** What the calls would answer, without moving any money: what a shadow replay goes on with. */
  readonly foresee: { charge(request: ChargeRequest): ChargeResult; refund(request: RefundRequest): { readonly refundId: string } };
}
