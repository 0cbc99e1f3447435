import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Outbox } from '../constructs/outbox.ts';
import { ServiceTable, type ServiceTableProps } from '../constructs/service-table.ts';
import type { BackboneStack } from './backbone-stack.ts';

/** What a service's stack needs. */
export interface ServiceStackProps {
  readonly backbone: BackboneStack;
}

/** What differs from service to service. */
interface ServiceProps extends Pick<ServiceTableProps, 'indexed'> {
  readonly context: string;
  readonly description: string;
  /** Whether it has events to publish. @default true */
  readonly emits?: boolean;
}

/** One service: its own table and its outbox. What it consumes and answers is added by the stack of each service. */
export abstract class ServiceStack extends Stack {
  readonly table: ServiceTable;

  constructor(scope: Construct, id: string, { backbone, context, description, emits = true, indexed = 'whole' }: ServiceStackProps & ServiceProps) {
    super(scope, id, { description: `Tickertape: ${description}` });
    this.table = new ServiceTable(this, 'State', { hasStream: emits, indexed });
    if (emits) new Outbox(this, 'Outbox', { context, table: this.table, bus: backbone.bus, stream: backbone.stream });
  }
}
