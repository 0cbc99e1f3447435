import type { Construct } from 'constructs';
import { UserSignedUp } from '../../schemas/index.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Counts. It emits nothing, and so has no outbox. */
export class AnalyticsStack extends ServiceStack {
  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    super(scope, id, { backbone, context: 'analytics', description: 'analytics', emits: false });
    backbone.bus.subscribe(this, 'analytics', {
      on: [UserSignedUp.v1],
      handler: 'functions/analytics/count-sign-ups.handler.ts',
      table: this.table,
    });
  }
}
