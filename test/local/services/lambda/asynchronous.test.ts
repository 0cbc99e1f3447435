import { describe, expect, it } from 'vitest';
import { createWorld, memoryStore, queueArn, type Script, START_MS, type WorldOptions } from './world.ts';

const broken: Script = () => {
  throw new TypeError('broken');
};

async function world(work: Script, options: Partial<WorldOptions> = {}) {
  const made = createWorld({ functions: { work, ...options.functions }, ...options });
  await made.createQueue('results');
  return made;
}

const invoke = (event: object) => ({ FunctionName: 'work', InvocationType: 'Event', Payload: Buffer.from(JSON.stringify(event)) });
const atSeconds = (made: { invocations: readonly { atMs: number }[] }): number[] => made.invocations.map(({ atMs }) => (atMs - START_MS) / 1000);

describe('an asynchronous invocation', () => {
  it('is accepted at once and runs', async () => {
    const made = await world(() => 'ok');
    expect(await made.lambda('Invoke', invoke({ n: 1 }))).toEqual({ StatusCode: 202 });
    await made.advance(1);
    expect(made.invocations).toMatchObject([{ event: { n: 1 } }]);
    expect(made.state.asyncEvents.size).toBe(0);
    expect(made.metric('AsyncEventsReceived')).toEqual([1]);
  });

  it('is tried again after one and two more minutes, with the same request id, then dropped', async () => {
    const made = await world(broken);
    await made.lambda('Invoke', invoke({ n: 1 }));
    await made.advance(600_000);
    expect(atSeconds(made)).toEqual([0, 60, 180]);
    const requestIds = made.entries('invocation-started').map(({ detail }) => detail['requestId']);
    expect(new Set(requestIds).size).toBe(1);
    expect(made.entries('async-dropped')).toMatchObject([{ detail: { reason: 'RetriesExhausted', attempts: 3 } }]);
    expect(made.metric('AsyncEventsDropped')).toEqual([1]);
  });

  it('goes by its own configuration', async () => {
    const made = await world(broken);
    await made.lambda('PutFunctionEventInvokeConfig', { FunctionName: 'work', MaximumRetryAttempts: 0 });
    await made.lambda('Invoke', invoke({}));
    await made.advance(600_000);
    expect(made.invocations).toHaveLength(1);
    await made.lambda('PutFunctionEventInvokeConfig', { FunctionName: 'work', MaximumEventAgeInSeconds: 100 });
    await made.lambda('Invoke', invoke({}));
    await made.advance(600_000);
    expect(made.invocations).toHaveLength(3);
    expect(made.entries('async-dropped')[1]?.detail['reason']).toBe('EventAgeExceeded');
  });

  it('sends its result to a destination', async () => {
    const made = await world((event) => ({ doubled: event.n * 2 }));
    const DestinationConfig = { OnSuccess: { Destination: queueArn('results') }, OnFailure: { Destination: queueArn('results') } };
    await made.lambda('PutFunctionEventInvokeConfig', { FunctionName: 'work', DestinationConfig });
    await made.lambda('Invoke', invoke({ n: 4 }));
    await made.advance(1);
    const [text = ''] = await made.drain('results');
    expect(JSON.parse(text)).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^2026-11-24T12:00/),
      requestContext: {
        requestId: expect.any(String),
        functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:work:$LATEST',
        condition: 'Success',
        approximateInvokeCount: 1,
      },
      requestPayload: { n: 4 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: { doubled: 8 },
    });
  });

  it('sends its failure to a destination, and the event alone to a dead-letter queue', async () => {
    const made = await world(broken);
    await made.createQueue('dead');
    await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', DeadLetterConfig: { TargetArn: queueArn('dead') } });
    await made.lambda('PutFunctionEventInvokeConfig', {
      FunctionName: 'work',
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: queueArn('results') } },
    });
    await made.lambda('Invoke', invoke({ n: 4 }));
    await made.advance(120_000);
    expect(await made.drain('dead')).toEqual(['{"n":4}']);
    const [text = ''] = await made.drain('results');
    expect(JSON.parse(text)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'TypeError', errorMessage: 'broken' },
    });
  });

  it('may have another function as its destination', async () => {
    const made = await world(() => 1, { functions: { work: () => 1, next: () => 2 } });
    await made.lambda('PutFunctionEventInvokeConfig', {
      FunctionName: 'work',
      DestinationConfig: { OnSuccess: { Destination: 'arn:aws:lambda:eu-west-1:111122223333:function:next' } },
    });
    await made.lambda('Invoke', invoke({}));
    await made.advance(1);
    expect(made.invocations.map(({ functionName }) => functionName)).toEqual(['work', 'next']);
  });

  it('says that a destination could not be reached', async () => {
    const made = await world(() => 1);
    await made.lambda('PutFunctionEventInvokeConfig', { FunctionName: 'work', DestinationConfig: { OnSuccess: { Destination: queueArn('gone') } } });
    await made.lambda('Invoke', invoke({}));
    await made.advance(60_000);
    expect(made.entries('destination-failed')).toHaveLength(1);
    expect(made.metric('DestinationDeliveryFailures')).toEqual([1]);
  });

  it('waits while the function is throttled', async () => {
    const gate = { isOpen: false };
    const made = await world(() => made.kernel.until(gate.isOpen ? made.kernel.nowMs() : START_MS + 2500, 'work'));
    await made.lambda('PutFunctionConcurrency', { FunctionName: 'work', ReservedConcurrentExecutions: 1 });
    await made.lambda('Invoke', invoke({ n: 1 }));
    await made.lambda('Invoke', invoke({ n: 2 }));
    await made.advance(60_000);
    expect(made.invocations).toHaveLength(2);
    expect(atSeconds(made)[1]).toBeGreaterThanOrEqual(2.5);
    expect(made.metric('Throttles').length).toBeGreaterThan(0);
  });

  it('survives a crash: at least once', async () => {
    const store = memoryStore();
    const before = await world(() => new Promise(() => {}), { store });
    await before.lambda('Invoke', invoke({ n: 1 }));
    await before.advance(1);
    expect(before.invocations).toHaveLength(1);
    const after = createWorld({ functions: { work: () => 'ok' }, store: store.crash() });
    await after.advance(1);
    expect(after.invocations).toMatchObject([{ event: { n: 1 } }]);
    expect(after.state.asyncEvents.size).toBe(0);
  });

  it('is what a delivery to a function becomes', async () => {
    const made = await world(() => 'ok');
    const to = 'arn:aws:lambda:eu-west-1:111122223333:function:work';
    const principal = { type: 'service', service: 'events.amazonaws.com', sourceArn: undefined } as const;
    const outcome = await made.settle(made.kernel.deliver({ to, payload: { body: '{"a":1}' }, principal }));
    expect(outcome).toEqual({ status: 'accepted', output: { StatusCode: 202 } });
    await made.advance(1);
    expect(made.invocations).toMatchObject([{ event: { a: 1 } }]);
  });
});
