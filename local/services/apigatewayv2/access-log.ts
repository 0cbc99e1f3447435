import { parseArn } from '../../kernel/arn.ts';
import { Fault, NotEmulated } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Stage } from './state.ts';

/** Lines are gathered this long before they are put to the log group. */
const GATHER_MS = 1000;

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const EVENTS_PER_PUT_MAX = 10_000;

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Writes the access logs of stages, in batches. */
export interface AccessLog {
  write(stage: Stage, values: Readonly<Record<string, string | number | undefined>>, atMs: number): void;
}

/** Puts values into a format: `$context.requestId` and its like. What has no value is a dash. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
export function formatLine(format: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return format.replace(/\$context\.([A-Za-z0-9_.]*[A-Za-z0-9_])/g, (_, name: string) => String(values[name] ?? '-'));
}

export function createAccessLog(kernel: Kernel): AccessLog {
  const gathered = new Map<string, LogEvent[]>();
  const streams = new Set<string>();
  const put = async (stage: Stage, destinationArn: string, logEvents: readonly LogEvent[]): Promise<void> => {
    const logGroupName =
      parseArn(destinationArn)
        ?.resource.replace(/^log-group:/, '')
        .replace(/:\*$/, '') ?? '';
    const logStreamName = `${stage.apiId}/${stage.stageName.replace('$', '')}`;
    const call = (operation: string, input: object): Promise<unknown> =>
      kernel.request({
        service: 'cloudwatch-logs',
        operation,
        input,
        // AWS lets its log delivery in by a resource policy that it adds to the group by itself when the stage is made; so the account stands in for it here.
        principal: { type: 'root' },
      });
    try {
      if (!streams.has(destinationArn)) {
        await call('CreateLogStream', { logGroupName, logStreamName }).catch((error: unknown) => {
          if (!(error instanceof Fault && error.code === 'ResourceAlreadyExistsException')) throw error;
        });
        streams.add(destinationArn);
      }
      for (let first = 0; first < logEvents.length; first += EVENTS_PER_PUT_MAX) {
        await call('PutLogEvents', { logGroupName, logStreamName, logEvents: logEvents.slice(first, first + EVENTS_PER_PUT_MAX) });
      }
    } catch (error) {
      if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
      streams.delete(destinationArn);
      const detail = { stage: stage.stageName, lines: logEvents.length, error: error.name, message: error.message };
      kernel.journal.append({ service: 'apigatewayv2', kind: 'access-log-lost', arn: destinationArn, detail });
    }
  };
  return {
    write(stage, values, timestamp) {
      if (!stage.accessLog) return;
      const { destinationArn, format } = stage.accessLog;
      const key = `${stage.apiId}/${stage.stageName}/${destinationArn}`;
      const event = { timestamp, message: formatLine(format, values) };
      const waiting = gathered.get(key);
      if (waiting) {
        waiting.push(event);
        return;
      }
      gathered.set(key, [event]);
      kernel.at(kernel.nowMs() + GATHER_MS, 'access log', () => {
        const events = gathered.get(key) ?? [];
        gathered.delete(key);
        void put(stage, destinationArn, events);
      });
    },
  };
}
