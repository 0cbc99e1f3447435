import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { AccessCheck, Principal } from '../../../../local/kernel/principal.ts';
import type { ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context, Service } from '../../../../local/kernel/service.ts';
import { createCodeStore } from '../../../../local/runtime/code-store.ts';
import { createVirtualRunner } from '../../../../local/runtime/virtual-runner.ts';
import { statementsOf } from '../../../../local/services/lambda/policies.ts';
import { createLambda } from '../../../../local/services/lambda/service.ts';
import type { LambdaState } from '../../../../local/services/lambda/state.ts';
import { bundleOf } from '../../runtime/bundles.ts';
import { ACCOUNT, START_MS } from './world.ts';

const zipOf = (source: string): Uint8Array => zipSync({ 'index.js': Buffer.from(source) });
const ROLE = `arn:aws:iam::${ACCOUNT}:role/work-role`;

/** Lambda with the real runner on a virtual clock, and a log that takes lines. */
function plane(options: { mayLog?: boolean } = {}) {
  const kernel = new Kernel({ accountId: ACCOUNT, region: 'eu-west-1', clock: { kind: 'virtual', startMs: START_MS }, seed: 1, journalCapacity: 10_000 });
  const runner = createVirtualRunner({ kernel, dispatch: async () => ({ status: 200, headers: {}, body: new Uint8Array() }) });
  kernel.setFunctionRunner(runner);
  const lambda = createLambda({ codeStore: createCodeStore() });
  const state = kernel.install(lambda);
  const logged: { group: string; stream: string; messages: string[] }[] = [];
  const checks: { principal: Principal; check: AccessCheck }[] = [];
  const logs: Service<undefined> = {
    name: 'cloudwatch-logs',
    arnService: 'logs',
    createState: () => undefined,
    access: () => [],
    operations: {
      CreateLogGroup: () => ({}),
      CreateLogStream: () => ({}),
      PutLogEvents: ({ logGroupName, logStreamName, logEvents }) => {
        logged.push({ group: logGroupName, stream: logStreamName, messages: logEvents.map(({ message }: { message: string }) => message) });
        return {};
      },
    },
  };
  if (options.mayLog !== false) kernel.install(logs);
  kernel.setAuthorizer((principal, check) => checks.push({ principal, check }));
  // biome-ignore lint/suspicious/noExplicitAny: outputs of all operations
  const call = async (operation: string, input: object): Promise<any> => {
    let isDone = false;
    // biome-ignore lint/suspicious/noExplicitAny: outputs of all operations
    const done = kernel.request<any>({ service: 'lambda', operation, input, principal: { type: 'root' } }).finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    await kernel.run({ isDone: () => isDone });
    return done;
  };
  const create = (source: string, more: object = {}) =>
    call('CreateFunction', { FunctionName: 'work', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE, Code: { ZipFile: zipOf(source) }, ...more });
  const invoke = async (event: unknown = {}, more: object = {}) => {
    const output = await call('Invoke', { FunctionName: 'work', Payload: Buffer.from(JSON.stringify(event)), ...more });
    return { ...output, payload: output.Payload && (JSON.parse(Buffer.from(output.Payload).toString()) as unknown) };
  };
  return { kernel, state, lambda, call, create, invoke, logged, checks };
}

describe('a function', () => {
  it('is created from a zip archive and invoked', async () => {
    const { create, invoke } = plane();
    expect(await create('exports.handler = async (event) => event.n + 1')).toMatchObject({
      FunctionName: 'work',
      State: 'Pending',
      Version: '$LATEST',
      Timeout: 3,
      MemorySize: 128,
    });
    expect(await invoke({ n: 1 })).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST', payload: 2 });
  });

  it('that fails is answered with FunctionError, and its log where asked for', async () => {
    const { create, invoke } = plane();
    await create('exports.handler = async () => { console.log("on the way"); throw new Error("broken") }');
    const output = await invoke({}, { LogType: 'Tail' });
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', payload: { errorType: 'Error', errorMessage: 'broken' } });
    expect(Buffer.from(output.LogResult, 'base64').toString()).toContain('on the way');
  });

  it('runs new code after an update, in a new context', async () => {
    const { kernel, create, call, invoke } = plane();
    await create('let n = 0; exports.handler = async () => "old " + (n += 1)');
    expect([(await invoke()).payload, (await invoke()).payload]).toEqual(['old 1', 'old 2']);
    await call('UpdateFunctionCode', { FunctionName: 'work', ZipFile: zipOf('exports.handler = async () => process.env.MODE ?? "new"') });
    expect((await invoke()).payload).toBe('new');
    await kernel.run({ untilMs: kernel.nowMs() + 1000 });
    await call('UpdateFunctionConfiguration', { FunctionName: 'work', Environment: { Variables: { MODE: 'configured' } } });
    expect((await invoke()).payload).toBe('configured');
  });

  it('is not updated again while an update is in progress', async () => {
    const { kernel, create, call } = plane();
    const { FunctionArn: arn } = await create('exports.handler = async () => 1');
    const update = (timeout: number) => call('UpdateFunctionConfiguration', { FunctionName: 'work', Timeout: timeout });
    expect(await update(4)).toMatchObject({ Timeout: 4, LastUpdateStatus: 'InProgress' });
    const refusal = {
      code: 'ResourceConflictException',
      message: `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`,
    };
    await expect(update(5)).rejects.toMatchObject(refusal);
    await expect(call('UpdateFunctionCode', { FunctionName: 'work', ZipFile: zipOf('') })).rejects.toMatchObject(refusal);
    expect((await call('GetFunction', { FunctionName: 'work' })).Configuration).toMatchObject({ Timeout: 4, LastUpdateStatus: 'InProgress' });
    await kernel.run({ untilMs: kernel.nowMs() + 1000 });
    expect(await call('GetFunctionConfiguration', { FunctionName: 'work' })).toMatchObject({ LastUpdateStatus: 'Successful' });
    expect(await update(5)).toMatchObject({ Timeout: 5 });
  });

  it('lets a running invocation end on the code with which it began', async () => {
    const { kernel, create, call, invoke } = plane();
    await create('exports.handler = async () => { await new Promise((r) => setTimeout(r, 1000)); return "old" }');
    const running = kernel.request<{ Payload: Uint8Array }>({
      service: 'lambda',
      operation: 'Invoke',
      input: { FunctionName: 'work' },
      principal: { type: 'root' },
    });
    await kernel.run({ untilMs: START_MS + 500 });
    await call('UpdateFunctionCode', { FunctionName: 'work', ZipFile: zipOf('exports.handler = async () => "new"') });
    expect((await invoke()).payload).toBe('new');
    await kernel.run({ untilMs: START_MS + 2000 });
    expect(Buffer.from((await running).Payload).toString()).toBe('"old"');
  });

  it('writes its log as its role, by invocation', async () => {
    const { kernel, create, invoke, logged } = plane();
    await create('exports.handler = async () => console.log("hello")');
    await invoke();
    await kernel.run({ untilMs: START_MS + 10 });
    expect(logged).toMatchObject([{ group: '/aws/lambda/work', stream: expect.stringMatching(/^2026\/11\/24\/\[\$LATEST\][0-9a-f]{32}$/) }]);
    expect(logged[0]?.messages.some((line) => line.endsWith('INFO\thello'))).toBe(true);
    const put = [...kernel.journal.since(0)].find(({ kind }) => kind === 'PutLogEvents');
    expect(put?.detail['principal']).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/work-role/work`);
  });

  it('is not failed by a log that cannot be written; that is said once', async () => {
    const { kernel, create, invoke } = plane({ mayLog: false });
    await create('exports.handler = async () => "fine"');
    expect((await invoke()).payload).toBe('fine');
    await invoke();
    expect([...kernel.journal.since(0)].filter(({ kind }) => kind === 'logs-not-written')).toHaveLength(1);
  });

  it('is listed page by page, described and deleted', async () => {
    const { create, call } = plane();
    for (const name of ['c', 'a', 'b']) await create('', { FunctionName: name, Tags: { team: name } });
    const first = await call('ListFunctions', { MaxItems: 2 });
    expect(first.Functions.map(({ FunctionName: name }: { FunctionName: string }) => name)).toEqual(['a', 'b']);
    expect((await call('ListFunctions', { Marker: first.NextMarker })).Functions).toHaveLength(1);
    expect((await call('GetFunction', { FunctionName: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:a` })).Tags).toEqual({ team: 'a' });
    await call('DeleteFunction', { FunctionName: 'a' });
    await expect(call('GetFunctionConfiguration', { FunctionName: 'a' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:eu-west-1:${ACCOUNT}:function:a`,
    });
  });

  const refused = [
    {
      name: 'another runtime',
      input: { Runtime: 'python3.13' },
      error: 'The runtime python3.13 (those that run: nodejs16.x, nodejs18.x, nodejs20.x, nodejs22.x, nodejs24.x) is not emulated',
    },
    { name: 'layers that are not there', input: { Layers: ['arn'] }, error: 'Layer version arn does not exist.' },
    { name: 'an archive that is none', input: { Code: { ZipFile: Buffer.from('no zip') } }, error: 'Could not unzip' },
    { name: 'a reserved variable', input: { Environment: { Variables: { AWS_REGION: 'x' } } }, error: 'reserved keys' },
    { name: 'a variable of one letter', input: { Environment: { Variables: { A: 'x' } } }, error: 'must satisfy' },
    { name: 'a time-out over 15 minutes', input: { Timeout: 901 }, error: 'timeout' },
  ];
  for (const { name, input, error } of refused) {
    it(`may not have ${name}`, async () => {
      await expect(plane().create('', input)).rejects.toThrow(error);
    });
  }
});

describe('Invoke', () => {
  it('refuses what is no JSON, too much, and other versions', async () => {
    const { create, call, invoke } = plane();
    await create('exports.handler = async () => 1');
    await expect(call('Invoke', { FunctionName: 'work', Payload: Buffer.from('{') })).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
    await expect(invoke('x'.repeat(1_100_000), { InvocationType: 'Event' })).rejects.toMatchObject({ code: 'RequestTooLargeException' });
    await expect(invoke({}, { Qualifier: 'live' })).rejects.toThrow(`Function not found: arn:aws:lambda:eu-west-1:${ACCOUNT}:function:work:live`);
    expect(await invoke({}, { InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  });

  it('is throttled at the reserved concurrency', async () => {
    const { kernel, create, call, invoke } = plane();
    await create('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 1000))');
    await call('PutFunctionConcurrency', { FunctionName: 'work', ReservedConcurrentExecutions: 1 });
    const running = kernel.request({ service: 'lambda', operation: 'Invoke', input: { FunctionName: 'work' }, principal: { type: 'root' } });
    await kernel.run({ untilMs: START_MS + 10 });
    await expect(invoke()).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      members: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    await kernel.run({ untilMs: START_MS + 2000 });
    await running;
    await expect(call('PutFunctionConcurrency', { FunctionName: 'work', ReservedConcurrentExecutions: 901 })).rejects.toThrow('minimum value of [100]');
  });

  it("needs lambda:InvokeFunction, for which the function's policy speaks too", async () => {
    const { create, call, invoke, checks } = plane();
    await create('exports.handler = async () => 1');
    await call('AddPermission', {
      FunctionName: 'work',
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: 'arn:aws:events:eu-west-1:1:rule/r',
    });
    await expect(call('AddPermission', { FunctionName: 'work', StatementId: 'rule', Action: 'lambda:InvokeFunction', Principal: '*' })).rejects.toMatchObject({
      code: 'ResourceConflictException',
    });
    checks.length = 0;
    await invoke();
    const resource = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:work`;
    const statement = {
      Sid: 'rule',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: resource,
      Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:events:eu-west-1:1:rule/r' } },
    };
    expect(checks[0]?.check).toEqual({
      action: 'lambda:InvokeFunction',
      resource,
      resourcePolicy: { Version: '2012-10-17', Id: 'default', Statement: [statement] },
    });
    expect(JSON.parse((await call('GetPolicy', { FunctionName: 'work' })).Policy).Statement).toEqual([statement]);
    await call('RemovePermission', { FunctionName: 'work', StatementId: 'rule' });
    await expect(call('GetPolicy', { FunctionName: 'work' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('resources of a template', () => {
  const place = (assets: Record<string, string> = {}): ResourcePlace => ({
    stackName: 'Shop',
    logicalId: 'Work',
    metadata: {},
    generatedName: () => 'Shop-Work-0123456789AB',
    assetDirectory: (_bucket, key) => assets[key],
  });
  const properties = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE, Timeout: '10', Code: { S3Bucket: 'assets', S3Key: 'hash-1.zip' } };

  it('make a function from an asset, and swap its code in place', async () => {
    const { kernel, lambda, call, state } = plane();
    const context = kernel.contextFor('lambda') as Context<LambdaState>;
    const type = lambda.resourceTypes?.['AWS::Lambda::Function'];
    const assets = {
      'hash-1.zip': bundleOf({ 'index.js': 'exports.handler = async () => 1' }),
      'hash-2.zip': bundleOf({ 'index.js': 'exports.handler = async () => 2' }),
    };
    const physical = await type?.create(properties, place(assets), context);
    expect(physical).toEqual({ ref: 'Shop-Work-0123456789AB', attributes: { Arn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:Shop-Work-0123456789AB` } });
    const result = async () => Buffer.from((await call('Invoke', { FunctionName: 'Shop-Work-0123456789AB' })).Payload).toString();
    expect(await result()).toBe('1');
    const changed = { ...properties, Code: { S3Bucket: 'assets', S3Key: 'hash-2.zip' } };
    await type?.update(changed, properties, physical as never, place(assets), context);
    expect(await result()).toBe('2');
    expect(await type?.update({ ...changed, FunctionName: 'other' }, changed, physical as never, place(assets), context)).toBe('replace');
    await type?.delete(physical as never, changed, context);
    expect(state.functions.size).toBe(0);
  });

  it('say where code is missing', async () => {
    const { kernel, lambda } = plane();
    const create = async () =>
      lambda.resourceTypes?.['AWS::Lambda::Function']?.create(properties, place(), kernel.contextFor('lambda') as Context<LambdaState>);
    await expect(create()).rejects.toThrow('The function Work of Shop has its content at assets/hash-1.zip');
  });

  it('take code as text', async () => {
    const { kernel, lambda, call } = plane();
    const inline = { ...properties, FunctionName: 'inline', Code: { ZipFile: 'exports.handler = async () => "inline"' } };
    await lambda.resourceTypes?.['AWS::Lambda::Function']?.create(inline, place(), kernel.contextFor('lambda') as Context<LambdaState>);
    expect(Buffer.from((await call('Invoke', { FunctionName: 'inline' })).Payload).toString()).toBe('"inline"');
  });

  it('grant with a permission, and take it back', async () => {
    const { kernel, lambda, create, state } = plane();
    await create('');
    const context = kernel.contextFor('lambda') as Context<LambdaState>;
    const type = lambda.resourceTypes?.['AWS::Lambda::Permission'];
    const permission = { Action: 'lambda:InvokeFunction', FunctionName: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:work`, Principal: 'sns.amazonaws.com' };
    const physical = await type?.create(permission, place(), context);
    expect(statementsOf({ kernel, state }, 'work')).toMatchObject([{ Principal: { Service: 'sns.amazonaws.com' } }]);
    await type?.update({ ...permission, Principal: 'events.amazonaws.com' }, permission, physical as never, place(), context);
    expect(statementsOf({ kernel, state }, 'work')).toMatchObject([{ Principal: { Service: 'events.amazonaws.com' } }]);
    await type?.delete(physical as never, permission, context);
    expect(statementsOf({ kernel, state }, 'work')).toEqual([]);
  });
});
