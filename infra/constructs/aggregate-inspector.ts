import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { physicalName, SYSTEM } from './naming.ts';
import type { ServiceTable } from './service-table.ts';

/** A page of the feed is a scan of the whole table. */
const TIMEOUT = Duration.minutes(5);

/** What an inspector needs. */
export interface AggregateInspectorProps {
  /** Type of the aggregate, as its definition has it: `Order`. */
  readonly type: string;
  /** File that calls `inspector(…)` for it: `functions/<context>/<name>.handler.ts`. */
  readonly handler: string;
  /** The table that holds its streams. */
  readonly table: ServiceTable;
}

/**
 * Lets operators look into the streams of one aggregate, at any moment of them: a function of the service, for only the service knows what its events make of a state. It reads the service's table and may
 * do nothing else; operators find it by the parameter `/tickertape/aggregates/<Type>`, and need `lambda:InvokeFunction` on it.
 */
export class AggregateInspector extends Construct {
  readonly function: HandlerFunction;

  constructor(scope: Construct, id: string, { type, handler, table }: AggregateInspectorProps) {
    super(scope, id);
    if (!/^[A-Z][A-Za-z0-9]*$/.test(type)) throw new Error(`The aggregate type '${type}' (${this.node.path}) is no name such as 'Order'`);
    this.function = new HandlerFunction(this, 'Function', { handler, timeout: TIMEOUT });
    this.function.readsFrom(table);
    this.function.allow(['dynamodb:Scan'], table.tableArn);
    physicalName(this, { kind: 'aggregate', name: type.toLowerCase() });
    const { context, functionName } = this.function;
    new CfnParameter(this, 'Description', {
      name: `/${SYSTEM}/aggregates/${type}`,
      type: 'String',
      description: `Where operators look into aggregates of type ${type}.`,
      value: Stack.of(this).toJsonString({ type, context, functionName, tableName: table.tableName }),
    });
  }
}
