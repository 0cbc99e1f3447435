import type { Construct } from 'constructs';
import type { Participant } from '../constructs/saga/participant.ts';
import { Saga } from '../constructs/saga/saga.ts';
import { checkout } from '../sagas/checkout.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Leads orders that ask for it through their checkout. */
export class CheckoutStack extends ServiceStack {
  constructor(
    scope: Construct,
    id: string,
    { backbone, participants }: ServiceStackProps & { readonly participants: Readonly<Record<'inventory' | 'payments' | 'shipping', Participant>> },
  ) {
    super(scope, id, { backbone, context: 'checkout', description: 'checkout, orchestrated' });
    new Saga(this, 'Saga', {
      declaration: checkout,
      bus: backbone.bus,
      table: this.table,
      participants,
      starter: 'functions/checkout/start-checkout.handler.ts',
      watchdog: 'functions/checkout/watch-checkout.handler.ts',
    });
  }
}
