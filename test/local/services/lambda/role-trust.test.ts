import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Properties, ResourcePlace } from '../../../../local/kernel/resource.ts';
import { Plane } from '../../../../local/plane.ts';
import { createCodeStore } from '../../../../local/runtime/code-store.ts';
import { createLambda } from '../../../../local/services/lambda/service.ts';
import type { Lambda } from '../../../../local/services/lambda/state.ts';
import { ACCOUNT, START_MS } from './world.ts';

const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const REFUSED = { code: 'InvalidParameterValueException', message: 'The role defined for the function cannot be assumed by Lambda.' };

/** A plane with a role that Lambda may assume, one that is for another account's functions, and one for another service. */
async function world() {
  const { kernel } = new Plane({ accountId: ACCOUNT, clock: { kind: 'virtual', startMs: START_MS }, seed: 'role' });
  // biome-ignore lint/suspicious/noExplicitAny: outputs of all operations
  const call = (service: string, operation: string, input: object): Promise<any> => kernel.request({ service, operation, input, principal: { type: 'root' } });
  const role = (RoleName: string, Service: string, account = ACCOUNT): Promise<unknown> => {
    const Condition = { StringEquals: { 'aws:SourceAccount': account } };
    const statement = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', Condition };
    return call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) });
  };
  await role('work', 'lambda.amazonaws.com');
  await role('elsewhere', 'lambda.amazonaws.com', '222222222222');
  await role('pipes', 'pipes.amazonaws.com');
  const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler' };
  const create = (Role: string): Promise<unknown> => {
    const ZipFile = zipSync({ 'index.js': Buffer.from('exports.handler = () => 1') });
    return call('lambda', 'CreateFunction', { ...settings, FunctionName: 'work', Role, Code: { ZipFile } });
  };
  const update = (input: object): Promise<unknown> => call('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'work', ...input });
  const types = createLambda({ codeStore: createCodeStore() }).resourceTypes;
  const place = { logicalId: 'Work', stackName: 'Shop', generatedName: () => 'work', assetDirectory: () => undefined } as unknown as ResourcePlace;
  const resource = async (Role: string): Promise<unknown> => {
    const properties: Properties = { ...settings, Role, Code: { ZipFile: 'exports.handler = () => 1' } };
    return types?.['AWS::Lambda::Function']?.create(properties, place, kernel.contextFor('lambda') as Lambda);
  };
  return { kernel, call, create, update, resource };
}

describe('the execution role of a function', () => {
  it.each(['none', 'pipes', 'elsewhere', 'a/path/work'])('%s is refused where Lambda cannot assume it', async (name) => {
    const { call, create, update, resource } = await world();
    await expect(create(roleArn(name))).rejects.toMatchObject(REFUSED);
    await expect(resource(roleArn(name))).rejects.toMatchObject(REFUSED);
    expect(await call('lambda', 'ListFunctions', {})).toMatchObject({ Functions: [] });
    await create(roleArn('work'));
    await expect(update({ Role: roleArn(name) })).rejects.toMatchObject(REFUSED);
    expect(await call('lambda', 'GetFunctionConfiguration', { FunctionName: 'work' })).toMatchObject({ Role: roleArn('work') });
  });

  it('is taken where its trust policy lets Lambda assume it', async () => {
    const { call, resource, update } = await world();
    expect(await resource(roleArn('work'))).toMatchObject({ ref: 'work' });
    expect(await update({ Role: roleArn('work') })).toMatchObject({ Role: roleArn('work') });
    expect(await call('lambda', 'ListFunctions', {})).toMatchObject({ Functions: [{ FunctionName: 'work' }] });
  });

  it('is looked at only where an update names it', async () => {
    const { call, create, update } = await world();
    await create(roleArn('work'));
    await call('iam', 'DeleteRole', { RoleName: 'work' });
    expect(await update({ Timeout: 9 })).toMatchObject({ Timeout: 9 });
  });
});
