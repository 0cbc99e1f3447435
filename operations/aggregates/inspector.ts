import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import type { Clients } from '../clients.ts';

/** An aggregate type as its service describes it to operators (SSM parameter `/tickertape/aggregates/<Type>`). */
export interface AggregateDescription {
  readonly type: string;
  readonly context: string;
  /** The function that folds its events: only the service knows how. */
  readonly functionName: string;
  readonly tableName: string;
}

/** After so many events, or at a time. */
export type Moment = { readonly version: number } | { readonly time: string };

/** What the function is asked, as `functions/backbone/event-store/inspect.ts` has it. */
type Inspection =
  | { readonly ask: 'state'; readonly id: string; readonly moment?: Moment | undefined }
  | { readonly ask: 'log'; readonly id: string; readonly after: number; readonly limit: number }
  | { readonly ask: 'feed'; readonly after?: string | undefined; readonly limit: number };

/** No service keeps aggregates of that type as events. */
export class UnknownAggregateError extends Error {
  constructor(type: string, known: readonly string[]) {
    super(`No service keeps "${type}" as a stream of events. ${known.length === 0 ? 'There is no such aggregate at all' : `There are: ${known.join(', ')}`}`);
    this.name = 'UnknownAggregateError';
  }
}

/** The function that folds an aggregate's events failed. */
export class InspectionFailedError extends Error {
  constructor(functionName: string, because: string) {
    super(`${functionName} could not answer: ${because}`);
    this.name = 'InspectionFailedError';
  }
}

const PATH = '/tickertape/aggregates';
const PAGES_MAX = 20;

/** The aggregate types of the system. */
export async function listAggregates({ ssm }: Pick<Clients, 'ssm'>): Promise<AggregateDescription[]> {
  const found: AggregateDescription[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await ssm.send(new GetParametersByPathCommand({ Path: PATH, ...(nextToken && { NextToken: nextToken }) }));
    for (const { Value = '{}' } of answer.Parameters ?? []) found.push(JSON.parse(Value) as AggregateDescription);
    nextToken = answer.NextToken;
    if (!nextToken) break;
  }
  return found;
}

/** Finds a type, however it is written: `order` is `Order`. @throws {UnknownAggregateError} */
export async function findAggregate(clients: Pick<Clients, 'ssm'>, type: string): Promise<AggregateDescription> {
  const known = await listAggregates(clients);
  const found = known.find((one) => one.type === type) ?? known.find((one) => one.type.toLowerCase() === type.toLowerCase());
  if (!found)
    throw new UnknownAggregateError(
      type,
      known.map((one) => one.type),
    );
  return found;
}

/** Asks the service that owns a stream. @throws {InspectionFailedError} */
export async function inspect<Answer>({ lambda }: Pick<Clients, 'lambda'>, { functionName }: AggregateDescription, inspection: Inspection): Promise<Answer> {
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(inspection)) }));
  const text = Buffer.from(Payload ?? new Uint8Array()).toString('utf8');
  if (FunctionError === undefined) return JSON.parse(text) as Answer;
  const { errorMessage = text } = JSON.parse(text) as { readonly errorMessage?: string };
  throw new InspectionFailedError(functionName, errorMessage);
}
