import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import { ssm } from '../../../../local/services/ssm/service.ts';

let kernel: Kernel;
const call = <Output>(operation: string, input: object): Promise<Output> => kernel.request({ service: 'ssm', operation, input, principal: { type: 'root' } });

beforeEach(() => {
  kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: 0 }, seed: 1, journalCapacity: 10 });
  kernel.install(ssm);
});

describe('Parameter Store', () => {
  it('counts versions and refuses to overwrite by accident', async () => {
    expect(await call('PutParameter', { Name: '/a', Value: '1', Type: 'String' })).toEqual({ Version: 1, Tier: 'Standard' });
    await expect(call('PutParameter', { Name: '/a', Value: '2', Type: 'String' })).rejects.toMatchObject({ code: 'ParameterAlreadyExists' });
    expect(await call('PutParameter', { Name: '/a', Value: '2', Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await call('GetParameter', { Name: '/a' })).toMatchObject({
      Parameter: { Value: '2', Version: 2, Type: 'String', ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/a' },
    });
  });

  it('names what it does not find', async () => {
    await call('PutParameter', { Name: '/a', Value: '1', Type: 'String' });
    expect(await call('GetParameters', { Names: ['/a', '/b'] })).toMatchObject({ Parameters: [{ Name: '/a' }], InvalidParameters: ['/b'] });
    await expect(call('GetParameter', { Name: '/b' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
    await expect(call('DeleteParameter', { Name: '/b' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
  });

  it('lists a path in pages, without what lies deeper unless asked', async () => {
    for (let index = 0; index < 14; index += 1) await call('PutParameter', { Name: `/c/${String(index).padStart(2, '0')}`, Value: 'v', Type: 'String' });
    await call('PutParameter', { Name: '/c/d/e', Value: 'v', Type: 'String' });
    await call('PutParameter', { Name: '/cc', Value: 'v', Type: 'String' });
    const first = await call<{ Parameters: object[]; NextToken: string }>('GetParametersByPath', { Path: '/c' });
    const second = await call<{ Parameters: object[]; NextToken?: string }>('GetParametersByPath', { Path: '/c/', NextToken: first.NextToken });
    expect([first.Parameters.length, second.Parameters.length, second.NextToken]).toEqual([10, 4, undefined]);
    expect((await call<{ Parameters: object[] }>('GetParametersByPath', { Path: '/c/d', Recursive: true })).Parameters).toHaveLength(1);
  });

  it('refuses what it cannot keep', async () => {
    await expect(call('PutParameter', { Name: 'a/b', Value: 'v', Type: 'String' })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(call('PutParameter', { Name: '/a', Value: 'x'.repeat(4097), Type: 'String' })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(call('PutParameter', { Name: '/a', Value: 'v', Type: 'SecureString' })).rejects.toThrow('PutParameter with Type SecureString is not emulated');
  });
});
