import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import type { Clients } from '../clients.ts';

/** A projection as its stack describes it to operators (SSM parameter `/tickertape/projections/<projection>`). */
export interface ProjectionDescription {
  readonly projection: string;
  /** The consumer group that folds it. */
  readonly consumer: string;
  readonly tableName: string;
  /** The function that fills it again; undefined where no event store has its events. */
  readonly rebuildFunctionName?: string | undefined;
}

/** No projection has that name. */
export class UnknownProjectionError extends Error {
  constructor(name: string, known: readonly string[]) {
    super(`There is no projection "${name}". ${known.length === 0 ? 'There is none at all' : `There are: ${known.join(', ')}`}`);
    this.name = 'UnknownProjectionError';
  }
}

/** What a projection is made of is not in any event store. */
export class NotRebuildableError extends Error {
  constructor(name: string, rebuildable: readonly string[]) {
    super(`${name} cannot be filled again: no event store keeps its events. These can: ${rebuildable.join(', ')}`);
    this.name = 'NotRebuildableError';
  }
}

const PATH = '/tickertape/projections';
const PAGES_MAX = 20;

/** The projections of the system, by name. */
export async function describeProjections({ ssm }: Pick<Clients, 'ssm'>): Promise<ProjectionDescription[]> {
  const found: ProjectionDescription[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await ssm.send(new GetParametersByPathCommand({ Path: PATH, ...(nextToken && { NextToken: nextToken }) }));
    for (const { Value = '{}' } of answer.Parameters ?? []) found.push(JSON.parse(Value) as ProjectionDescription);
    nextToken = answer.NextToken;
    if (!nextToken) break;
  }
  return found.sort((a, b) => (a.projection < b.projection ? -1 : 1));
}

/** The function that rebuilds a projection. @throws {UnknownProjectionError} @throws {NotRebuildableError} */
export async function rebuildFunctionOf(clients: Pick<Clients, 'ssm'>, name: string): Promise<string> {
  const known = await describeProjections(clients);
  const found = known.find(({ projection }) => projection === name);
  const names = (of: readonly ProjectionDescription[]): string[] => of.map(({ projection }) => projection);
  if (!found) throw new UnknownProjectionError(name, names(known));
  const { rebuildFunctionName } = found;
  if (rebuildFunctionName === undefined) throw new NotRebuildableError(name, names(known.filter((one) => one.rebuildFunctionName !== undefined)));
  return rebuildFunctionName;
}
