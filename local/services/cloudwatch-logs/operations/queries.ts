import type {
  DescribeQueriesCommandInput,
  DescribeQueriesCommandOutput,
  GetQueryResultsCommandInput,
  GetQueryResultsCommandOutput,
  StartQueryCommandInput,
  StartQueryCommandOutput,
  StopQueryCommandInput,
  StopQueryCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { type InsightsQuery, parseInsights } from '../../../languages/log-insights/query.ts';
import type { InsightsEvent } from '../../../languages/log-insights/record.ts';
import { InsightsError } from '../../../languages/log-insights/tokens.ts';
import { invalidParameter, malformedQuery, queryNotFound } from '../errors.ts';
import { eventsOf, findGroup, groupName, type LogsState, type RunQuery } from '../state.ts';

type Logs = Context<LogsState>;
type Output<T> = Omit<T, '$metadata'>;

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
const GROUPS_MAX = 50;

/** Results kept; the oldest go first. */
const QUERIES_MAX = 100;

const MEMBERS = ['logGroupName', 'logGroupNames', 'logGroupIdentifiers', 'startTime', 'endTime', 'queryString', 'limit', 'queryLanguage'];

function readQuery(text: string): InsightsQuery {
  try {
    return parseInsights(text);
  } catch (error) {
    if (!(error instanceof InsightsError)) throw error;
    if (error.isUnsupported) throw new NotEmulated(`StartQuery: ${error.message}`, 'cloudwatch-logs');
    throw malformedQuery(error.message);
  }
}

/** Runs a query of Logs Insights. Differs from AWS: it is complete at once. */
export function startQuery(input: StartQueryCommandInput, { kernel, state }: Logs): Output<StartQueryCommandOutput> {
  refuseAllBut(MEMBERS, input, { operation: 'StartQuery', page: 'cloudwatch-logs' });
  const { startTime = 0, endTime = 0, queryString: text = '', queryLanguage: language = 'CWLI', limit } = input;
  if (language !== 'CWLI') throw new NotEmulated(`StartQuery with queryLanguage ${language}`, 'cloudwatch-logs');
  const names = input.logGroupIdentifiers ?? input.logGroupNames ?? (input.logGroupName === undefined ? [] : [input.logGroupName]);
  if (names.length === 0 || names.length > GROUPS_MAX) throw invalidParameter(`A query needs between 1 and ${GROUPS_MAX} log groups.`);
  if (endTime < startTime) throw invalidParameter('Query start time must be before the end time.');
  const query = readQuery(text);
  const groups = names.map((name) => findGroup(state, groupName(name)));
  const events = groups.flatMap((group): InsightsEvent[] =>
    eventsOf(state, group, kernel.nowMs())
      .filter(({ timestampMs }) => timestampMs >= startTime * 1000 && timestampMs <= endTime * 1000)
      .map(({ id, timestampMs, ingestedMs, message, streamName }) => ({
        timestampMs,
        ingestedMs,
        message,
        logStream: streamName,
        log: `${kernel.accountId}:${group.name}`,
        pointer: String(id).padStart(56, '0'),
      })),
  );
  if (groups.length > 1) events.sort((a, b) => a.timestampMs - b.timestampMs);
  const id = kernel.uuid();
  const scannedBytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
  const run: RunQuery = {
    id,
    text,
    groupNames: groups.map(({ name }) => name),
    createdMs: kernel.nowMs(),
    result: query(events, limit),
    scanned: events.length,
    scannedBytes,
  };
  state.queries.set(id, run);
  if (state.queries.size > QUERIES_MAX) state.queries.delete(state.queries.keys().next().value as string);
  return { queryId: id };
}

export function getQueryResults({ queryId = '' }: GetQueryResultsCommandInput, { state }: Logs): Output<GetQueryResultsCommandOutput> {
  const run = state.queries.get(queryId);
  if (!run) throw queryNotFound();
  return {
    queryLanguage: 'CWLI',
    results: run.result.rows.map((row) => row.map(({ field, value }) => ({ field, value }))),
    statistics: { recordsMatched: run.result.matched, recordsScanned: run.scanned, bytesScanned: run.scannedBytes },
    status: 'Complete',
  };
}

/** A query that has ended cannot be stopped, and here each has. */
export function stopQuery({ queryId = '' }: StopQueryCommandInput, { state }: Logs): Output<StopQueryCommandOutput> {
  if (!state.queries.has(queryId)) throw queryNotFound();
  throw invalidParameter('Query is not running.');
}

export function describeQueries(input: DescribeQueriesCommandInput, { state }: Logs): Output<DescribeQueriesCommandOutput> {
  refuseAllBut(['logGroupName', 'status', 'maxResults'], input, { operation: 'DescribeQueries', page: 'cloudwatch-logs' });
  const { logGroupName: name, status = 'Complete', maxResults = 1000 } = input;
  const found = [...state.queries.values()].filter(({ groupNames }) => status === 'Complete' && (name === undefined || groupNames.includes(name)));
  return {
    queries: found
      .reverse()
      .slice(0, maxResults)
      .map(({ id, text, groupNames, createdMs }) => ({
        queryLanguage: 'CWLI',
        queryId: id,
        queryString: text,
        status: 'Complete',
        createTime: createdMs,
        logGroupName: groupNames[0],
      })),
  };
}
