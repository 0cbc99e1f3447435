import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Operations } from '../operations.ts';
import { SAGA_STATES, type SagaState } from '../sagas/instances.ts';
import type { System } from '../system.ts';
import { type OrderLine, SOLD_OUT_ARTICLE } from './orders-file.ts';

/** Which orders of a load a saga leads. */
export const LOAD_FLOWS = ['choreography', 'orchestration', 'half'] as const;
export type LoadFlow = (typeof LOAD_FLOWS)[number];

/** Whether a saga leads the order of a line: of `half` every other one. */
export const isLed = ({ lineNumber }: OrderLine, flow: LoadFlow): boolean => flow === 'orchestration' || (flow === 'half' && lineNumber % 2 === 0);

/** Lines with the ends that they come to in this flow: a saga reserves before it charges, so of an order that is declined and sold out it finds the latter. */
export function predicted(lines: readonly OrderLine[], flow: LoadFlow): readonly OrderLine[] {
  return lines.map((line) => (isLed(line, flow) && line.sku === SOLD_OUT_ARTICLE ? { ...line, end: 'CANCELLED_OUT_OF_STOCK' } : line));
}

/** How the sagas of a load ended. */
export interface SagaEnds {
  readonly started: number;
  readonly completed: number;
  readonly cancelled: number;
  /** Neither completed nor cancelled. */
  readonly unfinished: number;
}

const INSTANCES_MAX = 1_000_000;

/** Counts the instances by how they stand. */
export async function countSagas(operations: Operations): Promise<SagaEnds> {
  const count = async (state: SagaState): Promise<number> => (await operations.sagas({ state, limit: INSTANCES_MAX })).length;
  const counts = new Map<SagaState, number>();
  for (const state of SAGA_STATES) counts.set(state, await count(state));
  const completed = counts.get('COMPLETED') ?? 0;
  const cancelled = counts.get('CANCELLED') ?? 0;
  const unfinished = [...counts.values()].reduce((sum, n) => sum + n, 0) - completed - cancelled;
  return { started: completed + cancelled + unfinished, completed, cancelled, unfinished };
}

/** Whether no saga is under way. A stuck one is not: it waits for somebody. */
export async function areSagasAtRest(operations: Operations): Promise<boolean> {
  for (const state of ['RUNNING', 'COMPENSATING'] as const) if ((await operations.sagas({ state, limit: 1 })).length > 0) return false;
  return true;
}

/** Pieces of the stock that nobody has reserved. */
export async function readAvailable(dynamodb: DynamoDBClient, { consumers }: Pick<System, 'consumers'>): Promise<number> {
  const tableName = consumers.find(({ consumer }) => consumer === 'inventory')?.tableName ?? '';
  const pages = paginateScan(
    { client: dynamodb },
    { TableName: tableName, FilterExpression: 'entity = :stock', ProjectionExpression: 'available', ExpressionAttributeValues: { ':stock': { S: 'STOCK' } } },
  );
  let sum = 0;
  for await (const { Items: items = [] } of pages) for (const { available } of items) sum += Number(available?.N);
  return sum;
}

/** What is not as it has to be: a saga that did not end, a piece too many or too few. */
export function sagaDifferences({
  sagas,
  availablePieces,
  expectedPieces,
}: {
  readonly sagas: SagaEnds;
  readonly availablePieces: number;
  readonly expectedPieces: number;
}): string[] {
  return [
    ...(sagas.unfinished > 0 ? [`${sagas.unfinished} sagas did not end`] : []),
    ...(availablePieces === expectedPieces ? [] : [`${availablePieces} pieces are available instead of ${expectedPieces}`]),
  ];
}
