import type { Construct } from 'constructs';
import { InventoryFailed, OrderPlaced, ProcessPayment, RefundPayment } from '../../schemas/index.ts';
import { Participant } from '../constructs/saga/participant.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Charges orders, and gives back what was charged where the stock does not suffice. */
export class PaymentsStack extends ServiceStack {
  /** Takes its steps of sagas. */
  readonly participant: Participant;

  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    super(scope, id, { backbone, context: 'payments', description: 'payments' });
    backbone.bus.subscribe(this, 'payments', {
      on: [OrderPlaced.v1],
      flow: 'choreography',
      handler: 'functions/payments/charge-order.handler.ts',
      table: this.table,
    });
    backbone.bus.subscribe(this, 'payments-refund', {
      on: [InventoryFailed.v1],
      flow: 'choreography',
      handler: 'functions/payments/refund-payment.handler.ts',
      table: this.table,
    });

    this.participant = new Participant(this, 'Commands', {
      name: 'payments-commands',
      on: [ProcessPayment.v1, RefundPayment.v1],
      handler: 'functions/payments/take-commands.handler.ts',
      table: this.table,
      bus: backbone.bus,
    });
  }
}
