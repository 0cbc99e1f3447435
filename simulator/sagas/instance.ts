import type { GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { SimulatedWorld } from '../world.ts';
import type { SagaDescription } from './description.ts';

/** The instance of a saga in its table, as far as it is read here. */
export interface SagaInstance {
  /** `RUNNING`, `COMPENSATING`, `STUCK`, `COMPLETED` or `CANCELLED`. */
  readonly state: string;
  readonly step?: string;
  readonly direction?: string;
  readonly failure?: { readonly step?: string; readonly error?: string; readonly cause?: string };
}

const ENDS = new Set(['COMPLETED', 'CANCELLED']);

/** Whether a saga in that state is over. */
export const hasEnded = (instance: SagaInstance | undefined): instance is SagaInstance => instance !== undefined && ENDS.has(instance.state);

/** Reads the instance; `undefined` before it is there. */
export async function readInstance(world: SimulatedWorld, { tableName }: SagaDescription, sagaId: string): Promise<SagaInstance | undefined> {
  const key = { pk: { S: `SAGA#${sagaId}` }, sk: { S: 'SAGA' } };
  const { Item: item } = await world.request<GetItemCommandOutput>('dynamodb', 'GetItem', { TableName: tableName, Key: key, ConsistentRead: true });
  return item && (unmarshall(item) as SagaInstance);
}
