import type { Construct } from 'constructs';
import { PaymentProcessed, ReleaseInventoryReservation, ReserveInventory } from '../../schemas/index.ts';
import { HandlerFunction } from '../constructs/handler-function.ts';
import { Participant } from '../constructs/saga/participant.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Keeps the stock. */
export class InventoryStack extends ServiceStack {
  /** Takes its steps of sagas. */
  readonly participant: Participant;

  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    super(scope, id, { backbone, context: 'inventory', description: 'inventory' });
    const receiveStock = new HandlerFunction(this, 'ReceiveStock', { handler: 'functions/inventory/receive-stock.handler.ts' });
    receiveStock.writesTo(this.table);
    backbone.api.route(this, { method: 'POST', path: '/stock', function: receiveStock });

    backbone.bus.subscribe(this, 'inventory', {
      on: [PaymentProcessed.v1],
      flow: 'choreography',
      handler: 'functions/inventory/reserve-stock.handler.ts',
      table: this.table,
    });

    this.participant = new Participant(this, 'Commands', {
      name: 'inventory-commands',
      on: [ReserveInventory.v1, ReleaseInventoryReservation.v1],
      handler: 'functions/inventory/take-commands.handler.ts',
      table: this.table,
      bus: backbone.bus,
    });
  }
}
