import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { OrderCancelled, OrderPlaced, PaymentRefunded, ShipmentPrepared, UserSignedUp } from '../../schemas/index.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** What the notifications need besides. */
export interface NotificationsStackProps extends ServiceStackProps {
  /** Sender of all mail. SES has to have verified this address before it sends. */
  readonly mailFrom: string;
}

/** Writes to customers. */
export class NotificationsStack extends ServiceStack {
  constructor(scope: Construct, id: string, { backbone, mailFrom }: NotificationsStackProps) {
    super(scope, id, { backbone, context: 'notifications', description: 'notifications' });
    const identity = new EmailIdentity(this, 'Sender', { identity: Identity.email(mailFrom) });
    const identityArn = Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: identity.emailIdentityName });
    const environment = { MAIL_FROM: mailFrom };

    const orders = backbone.bus.subscribe(this, 'notifications', {
      on: [OrderPlaced.v1, ShipmentPrepared.v1, PaymentRefunded.v1, OrderCancelled.v1],
      handler: 'functions/notifications/notify-customer.handler.ts',
      table: this.table,
      environment,
    });
    const welcome = backbone.bus.subscribe(this, 'notifications-welcome', {
      on: [UserSignedUp.v1],
      handler: 'functions/notifications/welcome-user.handler.ts',
      table: this.table,
      environment,
    });
    for (const { function: sender } of [orders, welcome]) sender.allow(['ses:SendEmail'], identityArn);
  }
}
