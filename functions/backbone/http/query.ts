import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { lambdaPorts, type Ports } from '../ports.ts';
import { tableReader } from '../table.ts';
import { counted } from '../telemetry/invocation.ts';
import type { InvocationCounts } from '../telemetry/telemetry.ts';
import type { Reader } from '../work.ts';
import { type Answer, type HttpFunction, problems, respond } from './http.ts';

export { notFound } from './http.ts';

/** A read over HTTP. */
export interface QueryRequest {
  /** Parameters of the path, decoded: `/orders/{orderId}` gives `path.orderId`. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** What a query handler declares. */
export interface QueryOptions {
  readonly name: string;
}

/** Answers a read. Throw `notFound('order', id)` where there is nothing. */
export type QueryHandler = (request: QueryRequest, reader: Reader) => Promise<Answer>;

/** Makes the Lambda handler of a read behind an HTTP API. */
export function query(options: QueryOptions, handle: QueryHandler, ports: Ports = lambdaPorts): HttpFunction {
  const reader = tableReader(ports);
  const run = async (event: APIGatewayProxyEventV2, _: unknown, counts: InvocationCounts): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await handle({ path: present(event.pathParameters), query: present(event.queryStringParameters) }, reader);
    counts.add('Processed');
    return respond(answer);
  };
  return counted(options.name, run, [problems(options.name)]);
}

function present(parameters: Readonly<Record<string, string | undefined>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
