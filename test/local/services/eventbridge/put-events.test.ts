import { describe, expect, it } from 'vitest';
import { entry, queueArn, ruleTo, world } from './world.ts';

describe('PutEvents', () => {
  it('delivers the envelope to the targets of matching rules, numbers as they were written', async () => {
    const plane = world();
    await ruleTo(plane);
    const answer = await plane.call('PutEvents', {
      Entries: [{ Source: 'shop', DetailType: 'OrderPlaced', Detail: '{ "total": 300.0, "note": "a b" }', Time: new Date('2022-01-01T00:00:00.500Z') }],
    });
    await plane.kernel.run();
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }] });
    const { EventId: id } = (answer['Entries'] as { EventId: string }[])[0] ?? {};
    expect(plane.received.map(({ payload }) => payload.body)).toEqual([
      `{"version":"0","id":"${id}","detail-type":"OrderPlaced","source":"shop","account":"111111111111","time":"2022-01-01T00:00:00Z","region":"us-east-1","resources":[],"detail":{"total":300.0,"note":"a b"}}`,
    ]);
    expect(plane.received[0]?.principal).toEqual({
      type: 'service',
      service: 'events.amazonaws.com',
      sourceArn: 'arn:aws:events:us-east-1:111111111111:rule/rule',
    });
    expect(plane.state.line.pending.size).toBe(0);
  });

  it('answers each entry by itself', async () => {
    const plane = world();
    await ruleTo(plane);
    const answer = await plane.call('PutEvents', {
      Entries: [
        { DetailType: 'OrderPlaced', Detail: '{}' },
        { Source: 'shop', Detail: '{}' },
        { Source: 'shop', DetailType: 'OrderPlaced' },
        { Source: 'shop', DetailType: 'OrderPlaced', Detail: '[]' },
        { Source: 'aws.s3', DetailType: 'Object Created', Detail: '{}' },
        entry(),
      ],
    });
    await plane.kernel.run();
    expect(answer).toEqual({
      FailedEntryCount: 5,
      Entries: [
        { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.' },
        { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is a required argument.' },
        { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Detail is not valid. Reason: Detail is a required argument.' },
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
        { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
        { EventId: expect.any(String) },
      ],
    });
    expect(plane.received).toHaveLength(1);
  });

  it('refuses entries that are too large together', async () => {
    const plane = world();
    const large = entry({ text: 'x'.repeat(600_000) });
    await expect(plane.call('PutEvents', { Entries: [large, large] })).rejects.toThrow('Total size of the entries in the request is over the limit.');
    await expect(plane.call('PutEvents', { Entries: [large] })).resolves.toMatchObject({ FailedEntryCount: 0 });
  });

  it('takes the source aws.* from a service', async () => {
    const plane = world();
    await ruleTo(plane, { pattern: { source: ['aws.states'] } });
    const principal = { type: 'service', service: 'states.amazonaws.com', sourceArn: undefined } as const;
    await plane.call('PutEvents', { Entries: [entry({}, { Source: 'aws.states' })] }, principal);
    await plane.kernel.run();
    expect(plane.received).toHaveLength(1);
  });

  it('notes one delivery per target before it answers', async () => {
    const plane = world();
    await ruleTo(plane, { name: 'a' });
    await ruleTo(plane, { name: 'b' });
    await plane.call('PutEvents', { Entries: [entry(), entry()] });
    expect([...plane.state.line.pending.values()].map(({ ruleName }) => ruleName)).toEqual(['a', 'b', 'a', 'b']);
    expect(plane.received).toHaveLength(0);
  });

  it('journals put, match and what matched nothing, each with its cause', async () => {
    const plane = world();
    await ruleTo(plane);
    await plane.call('PutEvents', {
      Entries: [entry({ n: 1 }, { Resources: ['arn:x'] }), entry({}, { Source: 'other' }), entry({}, { EventBusName: 'nowhere' })],
    });
    await plane.kernel.run();
    const [put, other, nowhere] = plane.entries('event-put');
    expect(put?.detail).toEqual({ id: expect.any(String), source: 'shop', detailType: 'OrderPlaced', detail: '{"n":1}', resources: ['arn:x'] });
    const [matched] = plane.entries('rule-matched');
    expect(matched).toMatchObject({ arn: 'arn:aws:events:us-east-1:111111111111:rule/rule', cause: put?.sequence });
    expect(plane.entries('SendMessage')).toMatchObject([{ cause: matched?.sequence, arn: queueArn('orders') }]);
    expect(plane.entries('event-unmatched').map(({ cause }) => cause)).toEqual([other?.sequence, nowhere?.sequence]);
  });

  it('counts matches and invocations by bus and rule', async () => {
    const plane = world();
    await ruleTo(plane);
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    const counted = plane.metrics.filter(({ dimensions }) => dimensions['RuleName'] === 'rule' && dimensions['EventBusName'] === 'default');
    expect(counted.map(({ name }) => name)).toEqual([
      'MatchedEvents',
      'TriggeredRules',
      'Invocations',
      'InvocationAttempts',
      'SuccessfulInvocationAttempts',
      'IngestionToInvocationSuccessLatency',
    ]);
  });

  it('passes an event on to another bus as it is', async () => {
    const plane = world();
    await plane.call('CreateEventBus', { Name: 'second' });
    await ruleTo(plane, { target: { Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/second', RoleArn: 'arn:aws:iam::111111111111:role/passing' } });
    await plane.call('PutRule', { Name: 'onward', EventBusName: 'second', EventPattern: '{"detail":{"total":[300]}}' });
    await plane.call('PutTargets', { Rule: 'onward', EventBusName: 'second', Targets: [{ Id: 't', Arn: queueArn('orders') }] });
    const answer = await plane.call<{ Entries: { EventId: string }[] }>('PutEvents', {
      Entries: [{ Source: 'shop', DetailType: 'OrderPlaced', Detail: '{"total":300.0}' }],
    });
    await plane.kernel.run();
    expect(plane.received.map(({ payload }) => payload.body)).toEqual([expect.stringContaining(`"id":"${answer.Entries[0]?.EventId}"`)]);
    expect(plane.received[0]?.payload.body).toContain('"detail":{"total":300.0}');
    const forwarded = plane.entries('PutEvents')[1];
    expect(forwarded?.detail).toMatchObject({ principal: 'arn:aws:sts::111111111111:assumed-role/passing/AWSEvents_rule' });
    expect(forwarded?.cause).toBe(plane.entries('rule-matched')[0]?.sequence);
  });

  it.each([
    ['text', { Input: '"text"' }],
    ['an object that is no event', { Input: '{"x":{"detail":1},"detail":{},"y":1}' }],
    ['an event without a source', { InputTransformer: { InputTemplate: '{"detail-type":"T","detail":{}}' } }],
  ])('dead-letters what a bus cannot take: %s', async (_name, target) => {
    const plane = world();
    await plane.call('CreateEventBus', { Name: 'second' });
    const Arn = 'arn:aws:events:us-east-1:111111111111:event-bus/second';
    await ruleTo(plane, { target: { Arn, DeadLetterConfig: { Arn: queueArn('dead') }, ...target } });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received).toMatchObject([{ queue: 'dead', payload: { attributes: { ERROR_CODE: { StringValue: 'INVALID_PARAMETER' } } } }]);
  });

  it('dead-letters an event for a bus that is gone', async () => {
    const plane = world();
    await ruleTo(plane, { target: { Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/gone', DeadLetterConfig: { Arn: queueArn('dead') } } });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received).toMatchObject([{ queue: 'dead', payload: { attributes: { ERROR_CODE: { StringValue: 'NO_RESOURCE' } } } }]);
  });

  it('ends a loop of buses', async () => {
    const plane = world();
    await ruleTo(plane, { target: { Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/default', DeadLetterConfig: { Arn: queueArn('dead') } } });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.entries('event-put').length).toBeLessThan(20);
    expect(plane.received).toMatchObject([
      { queue: 'dead', payload: { attributes: { ERROR_MESSAGE: { StringValue: expect.stringContaining('passed through') } } } },
    ]);
  });
});
