import type { Construct } from 'constructs';
import { PaymentFailed, PaymentProcessed, PaymentRefunded } from '../../schemas/index.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Keeps an account of each order's money, for whoever has to answer for it. It reads the log, whose order it needs, and emits nothing. */
export class AuditStack extends ServiceStack {
  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    super(scope, id, { backbone, context: 'audit', description: 'audit', emits: false });
    backbone.stream.consume(this, 'audit', {
      on: [PaymentProcessed.v1, PaymentFailed.v1, PaymentRefunded.v1],
      handler: 'functions/audit/record-payment.handler.ts',
      table: this.table,
    });
  }
}
