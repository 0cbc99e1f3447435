import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { PlainItem } from './tables.ts';
import { type OrderBody, orderBody, type World } from './world.ts';

let orders = 0;

/** Places an order that takes a flow, and answers its id. */
export async function inFlow(world: World, flow: 'choreography' | 'orchestration', order: Partial<OrderBody>): Promise<string> {
  orders += 1;
  const { status, body } = await world.http('POST', '/orders', { body: { ...orderBody(order), flow }, headers: { 'idempotency-key': `${flow}-${orders}` } });
  if (status !== 202) throw new Error(`The order was answered with ${status}: ${JSON.stringify(body)}`);
  return (body as { orderId: string }).orderId;
}

/** How the stack describes a saga. */
export async function describedSaga(world: World, name = 'Checkout'): Promise<{ readonly stateMachineArn: string; readonly tableName: string }> {
  const { Parameter } = await world.complete(world.clients.ssm.send(new GetParameterCommand({ Name: `/tickertape/sagas/${name}` })));
  return JSON.parse(Parameter?.Value ?? '{}') as { readonly stateMachineArn: string; readonly tableName: string };
}

/** The instance of a saga, as its machine wrote it. */
export async function instance(world: World, sagaId: string): Promise<PlainItem> {
  const { tableName: TableName } = await describedSaga(world);
  const Key = { pk: { S: `SAGA#${sagaId}` }, sk: { S: 'SAGA' } };
  const { Item } = await world.complete(world.clients.dynamodb.send(new GetItemCommand({ TableName, Key })));
  return Item ? unmarshall(Item) : {};
}

/** What the trail of an instance says, in order: `done ProcessPayment`. */
export function trailOf(saga: PlainItem): string[] {
  const entries = Object.entries(saga['trail'] as Record<string, { at: string; what: string; step?: string }>);
  return entries.sort(([a, { at: atA }], [b, { at: atB }]) => (atA + a < atB + b ? -1 : 1)).map(([, { what, step }]) => (step ? `${what} ${step}` : what));
}
