import { GetFunctionConfigurationCommand, InvokeCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { describe, expect } from 'vitest';
import { onEveryTarget } from '../target.ts';

describe('functions', () => {
  onEveryTarget('an error of a handler is reported with its type, and the invocation itself is answered', async (target) => {
    const command = new InvokeCommand({ FunctionName: target.system.consumers[0]?.functionName, Payload: Buffer.from('"no batch"') });
    const { StatusCode: status, FunctionError: failure, Payload: payload } = await target.complete(target.clients.lambda.send(command));
    expect({ status, failure }).toEqual({ status: 200, failure: 'Unhandled' });
    expect(JSON.parse(Buffer.from(payload ?? []).toString())).toMatchObject({ errorType: expect.any(String), errorMessage: expect.any(String) });
  });

  onEveryTarget('each consumer is fed by a mapping that takes partial failures', async (target) => {
    for (const { functionName, queueArn } of target.system.consumers.slice(0, 3)) {
      const command = new ListEventSourceMappingsCommand({ FunctionName: functionName, EventSourceArn: queueArn });
      const { EventSourceMappings: mappings = [] } = await target.complete(target.clients.lambda.send(command));
      expect(mappings).toMatchObject([{ State: 'Enabled', FunctionResponseTypes: ['ReportBatchItemFailures'] }]);
    }
  });

  onEveryTarget('each service knows its table and runs on the runtime of the template', async (target) => {
    const { functionName, tableName } = target.system.consumers[0] ?? {};
    const { Runtime, Environment } = await target.complete(target.clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName })));
    expect(Runtime).toBe('nodejs24.x');
    expect(Environment?.Variables?.['TABLE_NAME']).toBe(tableName);
  });
});
