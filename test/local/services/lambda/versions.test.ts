import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, createWorld, queueArn } from './world.ts';

const LAYER_ARN = (version: number): string => `arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:tools:${version}`;
const ARN = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:work`;

/** A function that answers which version it is, and how it was called. */
const world = (seed = 1) =>
  createWorld({ seed, functions: { work: (_event, { code, invokedArn }) => ({ version: code.version, invokedArn: invokedArn ?? code.functionArn }) } });

type World = ReturnType<typeof world>;

const invoke = async ({ lambda }: World, qualifier?: string) => {
  const { Payload: payload, ExecutedVersion } = await lambda('Invoke', { FunctionName: 'work', ...(qualifier !== undefined && { Qualifier: qualifier }) });
  return { ...JSON.parse(Buffer.from(payload).toString()), executed: ExecutedVersion };
};

/** A world with two versions. */
async function withVersions(seed?: number): Promise<World> {
  const made = world(seed);
  await made.lambda('PublishVersion', { FunctionName: 'work' });
  await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Description: 'second' });
  await made.lambda('PublishVersion', { FunctionName: 'work', Description: 'two' });
  // An update is in progress for a while.
  await made.advance(1000);
  return made;
}

describe('a version', () => {
  it('keeps what the function was', async () => {
    const made = await withVersions();
    await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Timeout: 9 });
    expect(await made.lambda('GetFunctionConfiguration', { FunctionName: 'work', Qualifier: '1' })).toMatchObject({
      FunctionArn: `${ARN}:1`,
      Version: '1',
      Description: '',
      Timeout: 3,
    });
    expect(await made.lambda('GetFunctionConfiguration', { FunctionName: `${ARN}:2` })).toMatchObject({ Version: '2', Description: 'two' });
    expect(await invoke(made, '1')).toEqual({ version: '1', invokedArn: `${ARN}:1`, executed: '1' });
    expect(await invoke(made)).toEqual({ version: '$LATEST', invokedArn: ARN, executed: '$LATEST' });
  });

  it('is published once for one state of the function', async () => {
    const made = world();
    expect((await made.lambda('PublishVersion', { FunctionName: 'work' })).Version).toBe('1');
    expect((await made.lambda('PublishVersion', { FunctionName: 'work', Description: 'again' })).Version).toBe('1');
    await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', MemorySize: 256 });
    expect((await made.lambda('PublishVersion', { FunctionName: 'work' })).Version).toBe('2');
    const { Versions } = await made.lambda('ListVersionsByFunction', { FunctionName: 'work' });
    expect(Versions.map(({ Version }: { Version: string }) => Version)).toEqual(['$LATEST', '1', '2']);
  });

  it('has a number that is not given again', async () => {
    const made = await withVersions();
    await made.lambda('DeleteFunction', { FunctionName: 'work', Qualifier: '2' });
    await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', MemorySize: 256 });
    expect((await made.lambda('PublishVersion', { FunctionName: 'work' })).Version).toBe('3');
    await expect(made.lambda('Invoke', { FunctionName: 'work', Qualifier: '2' })).rejects.toMatchObject({ message: `Function not found: ${ARN}:2` });
  });

  it('stays while an alias names it', async () => {
    const made = await withVersions();
    await made.lambda('CreateAlias', { FunctionName: 'work', Name: 'live', FunctionVersion: '1' });
    await expect(made.lambda('DeleteFunction', { FunctionName: 'work', Qualifier: '1' })).rejects.toMatchObject({ code: 'ResourceConflictException' });
  });

  it('goes with its function', async () => {
    const made = await withVersions();
    await made.lambda('CreateAlias', { FunctionName: 'work', Name: 'live', FunctionVersion: '1' });
    await made.lambda('AddPermission', { FunctionName: 'work', Qualifier: 'live', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' });
    await made.lambda('CreateFunctionUrlConfig', { FunctionName: 'work', Qualifier: 'live', AuthType: 'NONE' });
    await made.lambda('DeleteFunction', { FunctionName: 'work' });
    const { functions, versions, aliases, policies, urls, urlsById } = made.state;
    expect([functions, versions, aliases, policies, urls, urlsById].map(({ size }) => size)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('an alias', () => {
  it('is invoked by its own ARN, and moved', async () => {
    const made = await withVersions();
    await made.lambda('CreateAlias', { FunctionName: 'work', Name: 'live', FunctionVersion: '1' });
    expect(await invoke(made, 'live')).toEqual({ version: '1', invokedArn: `${ARN}:live`, executed: '1' });
    await made.lambda('UpdateAlias', { FunctionName: 'work', Name: 'live', FunctionVersion: '2' });
    expect((await invoke(made, 'live')).executed).toBe('2');
    await made.lambda('DeleteAlias', { FunctionName: 'work', Name: 'live' });
    await expect(invoke(made, 'live')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('shares invocations between two versions, by the seed', async () => {
    const draws = async (seed: number): Promise<string> => {
      const made = await withVersions(seed);
      const routing = { AdditionalVersionWeights: { '2': 0.25 } };
      await made.lambda('CreateAlias', { FunctionName: 'work', Name: 'live', FunctionVersion: '1', RoutingConfig: routing });
      let executed = '';
      for (let count = 0; count < 200; count += 1) executed += (await invoke(made, 'live')).executed;
      return executed;
    };
    const first = await draws(1);
    const share = [...first].filter((version) => version === '2').length / first.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    expect(await draws(1)).toBe(first);
    expect(await draws(2)).not.toBe(first);
  });

  it('has mappings, and configurations and destinations of asynchronous events, of its own', async () => {
    const made = await withVersions();
    await made.lambda('CreateAlias', { FunctionName: 'work', Name: 'live', FunctionVersion: '2' });
    await made.createQueue('in');
    await made.createQueue('results');
    const OnSuccess = { Destination: queueArn('results') };
    await made.lambda('PutFunctionEventInvokeConfig', { FunctionName: 'work', Qualifier: 'live', DestinationConfig: { OnSuccess } });
    await made.lambda('Invoke', { FunctionName: 'work', InvocationType: 'Event' });
    await made.lambda('Invoke', { FunctionName: `${ARN}:live`, InvocationType: 'Event' });
    await made.advance(1000);
    const results = (await made.drain('results')).map((body) => JSON.parse(body));
    expect(results).toMatchObject([
      { requestContext: { functionArn: `${ARN}:live` }, responseContext: { executedVersion: '2' }, responsePayload: { version: '2' } },
    ]);
    const mapping = await made.lambda('CreateEventSourceMapping', { FunctionName: `${ARN}:live`, EventSourceArn: queueArn('in') });
    expect(mapping.FunctionArn).toBe(`${ARN}:live`);
    const before = made.invocations.length;
    await made.sendMessage('in', 'a');
    await made.advance(30_000);
    expect(made.invocations.length).toBe(before + 1);
    expect(made.entries('invocation-started').at(-1)?.arn).toBe(`${ARN}:2`);
    expect(await made.depth('in')).toBe(0);
  });

  it('is refused with a version that is not there', async () => {
    const made = await withVersions();
    await expect(made.lambda('CreateAlias', { FunctionName: 'work', Name: 'a', FunctionVersion: '7' })).rejects.toMatchObject({
      message: `Function not found: ${ARN}:7`,
    });
  });

  it('shares the reserved concurrency of its function', async () => {
    const made = await withVersions();
    await made.lambda('PutFunctionConcurrency', { FunctionName: 'work', ReservedConcurrentExecutions: 0 });
    await expect(invoke(made, '1')).rejects.toMatchObject({ code: 'TooManyRequestsException' });
  });
});

describe('a layer', () => {
  it('is published in versions, and stays with a function that has one', async () => {
    const made = world();
    const publish = (text: string) =>
      made.lambda('PublishLayerVersion', { LayerName: 'tools', Content: { ZipFile: zipSync({ 'nodejs/a.js': Buffer.from(text) }) }, Description: text });
    expect(await publish('one')).toMatchObject({ Version: 1, LayerVersionArn: LAYER_ARN(1), Description: 'one' });
    await publish('two');
    await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Layers: [LAYER_ARN(2)] });
    await made.advance(1000);
    const { Layers } = await made.lambda('GetFunctionConfiguration', { FunctionName: 'work' });
    expect(Layers).toMatchObject([{ Arn: LAYER_ARN(2) }]);
    await made.lambda('DeleteLayerVersion', { LayerName: 'tools', VersionNumber: 2 });
    expect((await made.lambda('ListLayerVersions', { LayerName: 'tools' })).LayerVersions).toMatchObject([{ Version: 1 }]);
    expect((await made.lambda('ListLayers', {})).Layers).toMatchObject([{ LayerName: 'tools', LatestMatchingVersion: { Version: 1 } }]);
    expect((await publish('three')).Version).toBe(3);
    await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Timeout: 4 });
    await made.advance(1000);
    expect(made.state.functions.get('work')?.layers).toHaveLength(1);
    await expect(made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Layers: [LAYER_ARN(2)] })).rejects.toMatchObject({
      message: `Layer version ${LAYER_ARN(2)} does not exist.`,
    });
    await expect(made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Layers: [LAYER_ARN(1), LAYER_ARN(3)] })).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
    });
  });

  it('has a policy of its own', async () => {
    const made = world();
    await made.lambda('PublishLayerVersion', { LayerName: 'tools', Content: { ZipFile: zipSync({ a: Buffer.from('a') }) } });
    const version = { LayerName: 'tools', VersionNumber: 1 };
    const permission = { ...version, StatementId: 's', Action: 'lambda:GetLayerVersion', Principal: '*' };
    const { RevisionId } = await made.lambda('AddLayerVersionPermission', permission);
    await expect(made.lambda('AddLayerVersionPermission', permission)).rejects.toMatchObject({ code: 'ResourceConflictException' });
    await expect(made.lambda('RemoveLayerVersionPermission', { ...version, StatementId: 's', RevisionId: 'x' })).rejects.toMatchObject({
      code: 'PreconditionFailedException',
    });
    await made.lambda('RemoveLayerVersionPermission', { ...version, StatementId: 's', RevisionId });
    await expect(made.lambda('GetLayerVersionPolicy', version)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('settings that are kept and shown', () => {
  it('are what to do about loops, and when to take a new runtime', async () => {
    const made = world();
    expect(await made.lambda('GetFunctionRecursionConfig', { FunctionName: 'work' })).toEqual({ RecursiveLoop: 'Terminate' });
    await made.lambda('PutFunctionRecursionConfig', { FunctionName: 'work', RecursiveLoop: 'Allow' });
    await made.lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Timeout: 5 });
    expect(await made.lambda('GetFunctionRecursionConfig', { FunctionName: 'work' })).toEqual({ RecursiveLoop: 'Allow' });
    await expect(made.lambda('PutRuntimeManagementConfig', { FunctionName: 'work', UpdateRuntimeOn: 'Manual' })).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
    });
    await made.lambda('PutRuntimeManagementConfig', { FunctionName: 'work', UpdateRuntimeOn: 'FunctionUpdate' });
    expect(await made.lambda('GetRuntimeManagementConfig', { FunctionName: 'work' })).toEqual({ FunctionArn: ARN, UpdateRuntimeOn: 'FunctionUpdate' });
  });
});
