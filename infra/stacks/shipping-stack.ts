import type { Construct } from 'constructs';
import { InventoryReserved, PrepareShipment } from '../../schemas/index.ts';
import { Participant } from '../constructs/saga/participant.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Prepares shipments. */
export class ShippingStack extends ServiceStack {
  /** Takes its steps of sagas. */
  readonly participant: Participant;

  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    super(scope, id, { backbone, context: 'shipping', description: 'shipping' });
    backbone.bus.subscribe(this, 'shipping', {
      on: [InventoryReserved.v1],
      flow: 'choreography',
      handler: 'functions/shipping/prepare-shipment.handler.ts',
      table: this.table,
    });

    this.participant = new Participant(this, 'Commands', {
      name: 'shipping-commands',
      on: [PrepareShipment.v1],
      handler: 'functions/shipping/take-commands.handler.ts',
      table: this.table,
      bus: backbone.bus,
    });
  }
}
