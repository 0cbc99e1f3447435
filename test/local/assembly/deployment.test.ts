// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of CloudFormation hold ${…}
import { describe, expect, it } from 'vitest';
import { AssemblyNotEmulated, Deployment, DeploymentFailed, loadAssembly } from '../../../local/assembly/index.ts';
import type { Service } from '../../../local/kernel/service.ts';
import { assemblyWith, folderWith, memoryStore, type StackSource, thingResource, world } from './world.ts';

const one = (Resources: object, more: object = {}): Record<string, StackSource> => ({ Shop: { template: { Resources, ...more } } });

describe('a first deployment', () => {
  it('creates resources after what they need and names them as CloudFormation does', async () => {
    const { kernel, things } = world();
    const deployment = new Deployment(kernel);
    const resources = { User: thingResource({ Target: { 'Fn::GetAtt': ['Used', 'Arn'] } }), Used: thingResource({ Size: 3 }) };
    const report = await deployment.deploy(loadAssembly(assemblyWith(one(resources, { Outputs: { Size: { Value: { 'Fn::GetAtt': 'Used.Size' } } } }))));
    expect(report.changes.map(({ action, logicalId, reason }) => [action, logicalId, reason])).toEqual([
      ['create', 'Used', 'new in the template'],
      ['create', 'User', 'new in the template'],
    ]);
    const used = deployment.find('Shop', 'Used');
    expect(used?.physicalId).toMatch(/^Shop-Used-[A-Z0-9]{12}$/);
    expect(things.get(deployment.find('Shop', 'User')?.physicalId ?? '')?.properties['Target']).toBe(`arn:thing:${used?.physicalId}`);
    expect(deployment.outputs).toEqual({ Shop: { Size: '3' } });
    expect(deployment.findByPhysicalId(`arn:thing:${used?.physicalId}`)?.logicalId).toBe('Used');
  });

  it('orders stacks by imports and by outputs they read', async () => {
    const { kernel, things } = world();
    const deployment = new Deployment(kernel);
    const report = await deployment.deploy(
      loadAssembly(
        assemblyWith({
          Third: {
            template: {
              Resources: {
                T: thingResource({
                  Name: { 'Fn::Join': ['-', ['of', { 'Fn::GetStackOutput': { StackName: 'Second', Region: { Ref: 'AWS::Region' }, OutputName: 'Name' } }]] },
                }),
              },
            },
          },
          Second: {
            template: {
              Resources: { S: thingResource({ Name: { 'Fn::Sub': ['${Given}-${AWS::Region}', { Given: { 'Fn::ImportValue': 'first-name' } }] } }) },
              Outputs: { Name: { Value: { Ref: 'S' } } },
            },
          },
          First: {
            template: { Resources: { F: thingResource({ Name: 'first' }) }, Outputs: { Name: { Value: { Ref: 'F' }, Export: { Name: 'first-name' } } } },
          },
        }),
      ),
    );
    expect(report.stacks).toEqual(['First', 'Second', 'Third']);
    expect([...things.keys()]).toEqual(['first', 'first-eu-west-1', 'of-first-eu-west-1']);
  });

  it('reads a parameter from Parameter Store, and needs no bootstrap', async () => {
    const { kernel, things } = world();
    await kernel.request({ service: 'ssm', operation: 'PutParameter', input: { Name: '/size', Value: '7', Type: 'String' }, principal: { type: 'root' } });
    const Parameters = {
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
      Size: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/size' },
      Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'prod'] },
    };
    const assembly = loadAssembly(assemblyWith(one({ A: thingResource({ Name: { Ref: 'Stage' }, Size: { Ref: 'Size' } }) }, { Parameters })));
    await new Deployment(kernel).deploy(assembly, { parameters: { Shop: { Stage: 'prod' } } });
    expect(things.get('prod')?.properties['Size']).toBe('7');
    await expect(new Deployment(kernel).deploy(assembly, { parameters: { Shop: { Stage: 'test' } } })).rejects.toThrow(
      /Stage of stack Shop is test; allowed are dev, prod/,
    );
  });

  it('deploys 150 resources in less than 150 ms', async () => {
    const resources = Object.fromEntries(
      Array.from({ length: 150 }, (_, index) => [`T${index}`, thingResource({ Name: `t${index}`, Target: index > 0 ? { Ref: `T${index - 1}` } : 'none' })]),
    );
    const { kernel } = world();
    const assembly = loadAssembly(assemblyWith(one(resources)));
    const startMs = performance.now();
    await new Deployment(kernel).deploy(assembly);
    expect(performance.now() - startMs).toBeLessThan(150);
  });
});

describe('what is refused before anything is made', () => {
  const refused = async (stacks: Record<string, StackSource>): Promise<Error> => {
    const { kernel, things } = world();
    const error = await new Deployment(kernel).deploy(loadAssembly(assemblyWith(stacks))).then(
      () => new Error('deployed'),
      (reason: Error) => reason,
    );
    expect(things.size).toBe(0);
    return error;
  };

  it('names all unsupported types and properties at once, and takes inert ones', async () => {
    const error = await refused({
      A: {
        template: {
          Resources: {
            Ok: thingResource({ Note: 'x' }),
            Bucket: { Type: 'AWS::S3::Bucket', Metadata: { 'aws:cdk:path': 'A/Files/Resource' } },
            Meta: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'x' } },
          },
        },
      },
      B: {
        template: {
          Resources: { Odd: thingResource({ Colour: 'red', Name: '{{resolve:ssm:/x}}' }, { UpdatePolicy: {}, DeletionPolicy: 'Snapshot' }) },
          Transform: 'AWS::Serverless-2016-10-31',
        },
      },
    });
    expect(error).toBeInstanceOf(AssemblyNotEmulated);
    expect((error as AssemblyNotEmulated).problems.map(({ what, cdkPath }) => `${what}: ${cdkPath}`)).toEqual([
      'the resource type AWS::S3::Bucket: A/Files/Resource',
      'the macro AWS::Serverless-2016-10-31: B',
      'AWS::Test::Thing with the property Colour: B/Odd',
      'AWS::Test::Thing with UpdatePolicy: B/Odd',
      'AWS::Test::Thing with the policy Snapshot: B/Odd',
      'AWS::Test::Thing with the dynamic reference {{resolve:ssm:/x}}: B/Odd',
    ]);
    expect(error.message).toContain('Bucket in stack A');
  });

  it('skips what a condition leaves out', async () => {
    const { kernel, things } = world();
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] }, Always: { 'Fn::Not': [{ Condition: 'Never' }] } };
    const resources = {
      Gone: { Type: 'AWS::S3::Bucket', Condition: 'Never' },
      Here: thingResource(
        { Name: 'here', Size: { 'Fn::If': ['Never', { Ref: 'Gone' }, { Ref: 'AWS::NoValue' }] } },
        { Condition: 'Always', DependsOn: ['Gone'] },
      ),
    };
    await new Deployment(kernel).deploy(loadAssembly(assemblyWith(one(resources, { Conditions }))));
    expect(things.get('here')?.properties).toEqual({ Name: 'here' });
  });

  it.each([
    [
      'a cycle of resources',
      one({ A: thingResource({ Target: { Ref: 'B' } }), B: thingResource({ Target: { Ref: 'A' } }) }),
      'cycle: Shop/A → Shop/B → Shop/A',
    ],
    [
      'a reference to nothing',
      one({ A: thingResource({ Target: { Ref: 'Nobody' } }) }),
      'Shop/A (A in stack Shop) refers to Nobody, which the template does not define',
    ],
    ['an import that nobody exports', one({ A: thingResource({ Target: { 'Fn::ImportValue': 'x' } }) }), 'imports x, which no stack of the assembly exports'],
    [
      'a stack of another account',
      { Shop: { ...one({ A: thingResource({}) })['Shop'], environment: 'aws://111111111111/eu-west-1' } as StackSource },
      'is for 111111111111/eu-west-1; this plane is 000000000000/eu-west-1',
    ],
    ['a dependency on nothing', one({ A: thingResource({}, { DependsOn: 'Nobody' }) }), 'depends on Nobody, which the template does not define'],
  ])('%s', async (_name, stacks, message) => {
    expect((await refused(stacks)).message).toContain(message);
  });
});

describe('an update', () => {
  const deployTwice = async (before: object, after: object) => {
    const { kernel, things } = world();
    const deployment = new Deployment(kernel);
    const root = assemblyWith(one(before));
    await deployment.deploy(loadAssembly(root));
    const report = await deployment.deploy(loadAssembly(assemblyWith(one(after), root)));
    return { deployment, things, report, made: report.changes.map(({ action, logicalId, reason }) => `${action} ${logicalId}: ${reason}`) };
  };

  it('changes nothing where the template did not', async () => {
    const { report } = await deployTwice({ A: thingResource({ Size: 1 }) }, { A: thingResource({ Size: 1 }) });
    expect(report).toMatchObject({ changes: [], unchanged: 1 });
  });

  it('changes in place, creates and deletes, and says why', async () => {
    const { made, things } = await deployTwice(
      { A: thingResource({ Name: 'a', Size: 1 }), Old: thingResource({ Name: 'old' }) },
      { A: thingResource({ Name: 'a', Size: 2 }), New: thingResource({ Name: 'new' }) },
    );
    expect(made).toEqual(['update A: Size changed', 'create New: new in the template', 'delete Old: no longer in the template']);
    expect([...things.values()].map(({ name, properties }) => [name, properties['Size']])).toEqual([
      ['a', 2],
      ['new', undefined],
    ]);
  });

  it('replaces under another generated name, moves dependents over, and deletes the old one last', async () => {
    const { made, things, deployment } = await deployTwice(
      { A: thingResource({ Target: 'x' }), User: thingResource({ Name: 'user', Size: { Ref: 'A' } }) },
      { A: thingResource({ Target: 'y' }), User: thingResource({ Name: 'user', Size: { Ref: 'A' } }) },
    );
    expect(made).toEqual(['replace A: Target changed', 'update User: Size changed', 'delete A: replaced']);
    expect(things.get('user')?.properties['Size']).toBe(deployment.find('Shop', 'A')?.physicalId);
    expect(things.size).toBe(2);
  });

  it('keeps what Retain keeps, on delete and on replacement', async () => {
    const { made, things } = await deployTwice(
      { A: thingResource({ Name: 'a' }, { DeletionPolicy: 'Retain' }), B: thingResource({ Name: 'b' }) },
      { B: thingResource({ Name: 'b2' }, { UpdateReplacePolicy: 'Retain' }) },
    );
    expect(made).toEqual([
      'replace B: Name changed',
      'retain B: replaced, and its policy is Retain',
      'retain A: no longer in the template, and its policy is Retain',
    ]);
    expect([...things.keys()]).toEqual(['a', 'b', 'b2']);
  });

  it('does not delete what another logical id has taken over', async () => {
    const { made, things } = await deployTwice({ A: thingResource({ Name: 'same' }) }, { Moved: thingResource({ Name: 'same' }) });
    expect(made[1]).toBe('retain A: no longer in the template, and Shop/Moved has taken it over');
    expect(things.has('same')).toBe(true);
  });

  it('deletes what only happens to have the same Ref as another', async () => {
    const type: Service<undefined> = {
      name: 'parts',
      arnService: 'parts',
      createState: () => undefined,
      operations: {},
      access: () => [],
      resourceTypes: {
        'AWS::Test::Part': {
          properties: ['OwnerId'],
          create: () => ({ ref: '$default', attributes: {} }),
          update: () => 'replace',
          delete: ({ ref }, { OwnerId }) => void deleted.push(`${OwnerId}/${ref}`),
        },
      },
    };
    const deleted: string[] = [];
    const { kernel } = world({ services: [type] });
    const deployment = new Deployment(kernel);
    const part = (OwnerId: string): object => ({ Type: 'AWS::Test::Part', Properties: { OwnerId } });
    await deployment.deploy(loadAssembly(assemblyWith(one({ A: part('a'), B: part('b') }))));
    await deployment.deploy(loadAssembly(assemblyWith(one({ A: part('a') }))));
    expect(deleted).toEqual(['b/$default']);
  });

  it('deletes users before what they use, and a stack that is gone', async () => {
    const { kernel, things } = world();
    const deployment = new Deployment(kernel);
    await deployment.deploy(loadAssembly(assemblyWith(one({ Used: thingResource({}), User: thingResource({ Target: { Ref: 'Used' } }) }))));
    const report = await deployment.deploy(loadAssembly(assemblyWith({})));
    expect(report.changes.map(({ action, logicalId, reason }) => [action, logicalId, reason])).toEqual([
      ['delete', 'User', 'the stack Shop is gone'],
      ['delete', 'Used', 'the stack Shop is gone'],
    ]);
    expect(things.size).toBe(0);
    expect(deployment.outputs).toEqual({});
  });

  it('goes on after a failure, which names the resource and its reason', async () => {
    const { kernel, things } = world();
    const deployment = new Deployment(kernel);
    const root = assemblyWith(one({ A: thingResource({ Name: 'a' }), B: thingResource({ Name: 'b', Break: 'no room' }) }));
    const failure = await deployment.deploy(loadAssembly(root)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeploymentFailed);
    expect((failure as Error).message).toContain('Shop/B (AWS::Test::Thing B in stack Shop): create failed: ThingBroken: no room');
    expect([...things.keys()]).toEqual(['a']);
    const report = await deployment.deploy(loadAssembly(assemblyWith(one({ A: thingResource({ Name: 'a' }), B: thingResource({ Name: 'b' }) }), root)));
    expect(report.changes.map(({ logicalId }) => logicalId)).toEqual(['B']);
  });

  it('resumes after a restart', async () => {
    const store = memoryStore();
    const root = assemblyWith(one({ A: thingResource({ Target: 'x' }) }, { Outputs: { Name: { Value: { Ref: 'A' } } } }));
    const first = new Deployment(world({ store }).kernel);
    await first.deploy(loadAssembly(root));
    const second = new Deployment(world({ store }).kernel);
    expect(second.outputs).toEqual(first.outputs);
    expect((await second.deploy(loadAssembly(root))).changes).toEqual([]);
    await second.destroy();
    expect(second.resources()).toEqual([]);
  });
});

describe('assets', () => {
  const withAsset = (directory: string, root?: string) =>
    assemblyWith(
      {
        Shop: {
          template: { Resources: { F: thingResource({ Code: { Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}-${AWS::Region}' }, Key: 'f.zip' } }) } },
          assets: { f: { path: directory, packaging: 'zip', bucket: 'assets-${AWS::AccountId}-${AWS::Region}', key: 'f.zip' } },
        },
      },
      root,
    );

  it('are found by resolved bucket and key, and updated when their content changes', async () => {
    const { kernel, things } = world();
    const directory = folderWith({ 'index.js': 'one' });
    const deployment = new Deployment(kernel);
    await deployment.deploy(loadAssembly(withAsset(directory)));
    expect([...things.values()][0]?.directory).toBe(directory);
    expect(deployment.changedAssets()).toEqual([]);
    folderWith({ 'index.js': 'three' }, directory);
    expect(deployment.changedAssets()).toEqual([{ stack: 'Shop', logicalId: 'F', directory }]);
    const report = await deployment.reloadAssets();
    expect(report.changes.map(({ action, reason }) => [action, reason])).toEqual([['update', `the content of ${directory} changed`]]);
    expect(deployment.changedAssets()).toEqual([]);
  });

  it('are pointed at anew when the assembly has moved', async () => {
    const { kernel, things } = world();
    const deployment = new Deployment(kernel);
    await deployment.deploy(loadAssembly(withAsset(folderWith({ 'index.js': 'one' }))));
    const moved = folderWith({ 'index.js': 'one' });
    await deployment.deploy(loadAssembly(withAsset(moved)));
    expect([...things.values()].map(({ directory }) => directory)).toEqual([moved]);
  });
});
