import type { Construct } from 'constructs';
import { InventoryReserved } from '../../schemas/index.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Prepares shipments. */
export class ShippingStack extends ServiceStack {
  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    super(scope, id, { backbone, context: 'shipping', description: 'shipping' });
    backbone.bus.subscribe(this, 'shipping', {
      on: [InventoryReserved.v1],
      flow: 'choreography',
      handler: 'functions/shipping/prepare-shipment.handler.ts',
      table: this.table,
    });
  }
}
