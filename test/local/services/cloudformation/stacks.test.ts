import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { S3 } from '@aws-sdk/client-s3';
import { SQS } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Plane } from '../../../../local/index.ts';

const START_MS = Date.UTC(2026, 0, 5, 8);

function world() {
  const bugs: unknown[] = [];
  const plane = new Plane({ clock: { kind: 'virtual', startMs: START_MS }, seed: 1, onBug: (error) => bugs.push(error) });
  onTestFinished(() => plane.close());
  const settings = { ...plane.clientSettings(), maxAttempts: 1 };
  const clients = { cfn: new CloudFormation(settings), s3: new S3(settings), sqs: new SQS(settings) };
  /** Lets the work that goes on behind a call end. */
  const settle = () => plane.kernel.run({ untilMs: plane.kernel.nowMs() + 60_000 });
  const statusOf = async (StackName: string) => (await clients.cfn.describeStacks({ StackName })).Stacks?.[0]?.StackStatus;
  const queues = async () => ((await clients.sqs.listQueues({})).QueueUrls ?? []).map((url) => url.slice(url.lastIndexOf('/') + 1)).sort();
  return { plane, bugs, settle, statusOf, queues, ...clients };
}

const faultOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const queue = (QueueName: string, more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName, ...more } });
const template = (Resources: object, more: object = {}): string => JSON.stringify({ Resources, ...more });

/** A queue of SQS that cannot be. */
const BROKEN = { Broken: { ...queue('broken', { VisibilityTimeout: -1 }), DependsOn: 'First' } };

describe('a stack', () => {
  it('is created, described, updated and deleted', async () => {
    const { cfn, settle, statusOf, queues } = world();
    const parameters = { Parameters: { Wait: { Type: 'Number', Default: 30 }, Secret: { Type: 'String', NoEcho: true, Default: 'x' } } };
    const outputs = { Outputs: { Arn: { Description: 'of the queue', Value: { 'Fn::GetAtt': ['First', 'Arn'] }, Export: { Name: 'first-arn' } } } };
    const first = { First: queue('first', { VisibilityTimeout: { Ref: 'Wait' } }) };
    const { StackId } = await cfn.createStack({
      StackName: 'Shop',
      TemplateBody: template(first, { Description: 'queues', ...parameters, ...outputs }),
      Parameters: [{ ParameterKey: 'Wait', ParameterValue: '40' }],
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect(StackId).toMatch(/^arn:aws:cloudformation:us-east-1:000000000000:stack\/Shop\/[0-9a-f-]{36}$/);
    expect(await statusOf('Shop')).toBe('CREATE_IN_PROGRESS');
    await settle();
    const stack = (await cfn.describeStacks({ StackName: StackId })).Stacks?.[0];
    expect(stack).toMatchObject({
      StackName: 'Shop',
      StackStatus: 'CREATE_COMPLETE',
      Description: 'queues',
      Parameters: [
        { ParameterKey: 'Wait', ParameterValue: '40' },
        { ParameterKey: 'Secret', ParameterValue: '****' },
      ],
      Outputs: [{ OutputKey: 'Arn', OutputValue: 'arn:aws:sqs:us-east-1:000000000000:first', Description: 'of the queue', ExportName: 'first-arn' }],
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect((await cfn.describeStackResources({ StackName: 'Shop' })).StackResources).toMatchObject([
      { LogicalResourceId: 'First', ResourceType: 'AWS::SQS::Queue', ResourceStatus: 'CREATE_COMPLETE', StackName: 'Shop' },
    ]);
    const same = { StackName: 'Shop', UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'Wait', UsePreviousValue: true }] };
    expect(await faultOf(cfn.updateStack(same))).toBe('ValidationError: No updates are to be performed.');
    await cfn.updateStack({ StackName: 'Shop', TemplateBody: template({ Second: queue('second') }) });
    await settle();
    expect([await statusOf('Shop'), await queues()]).toEqual(['UPDATE_COMPLETE', ['second']]);
    await cfn.deleteStack({ StackName: 'Shop' });
    await settle();
    expect(await queues()).toEqual([]);
    expect(await faultOf(cfn.describeStacks({ StackName: 'Shop' }))).toBe('ValidationError: Stack with id Shop does not exist');
    expect((await cfn.describeStacks({ StackName: StackId })).Stacks?.[0]?.StackStatus).toBe('DELETE_COMPLETE');
    const events = (await cfn.describeStackEvents({ StackName: StackId })).StackEvents ?? [];
    expect(events.at(0)).toMatchObject({ ResourceStatus: 'DELETE_COMPLETE', ResourceType: 'AWS::CloudFormation::Stack' });
    expect(events.map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`)).toContain('Second CREATE_COMPLETE');
  });

  it('that fails is taken back, whole', async () => {
    const { cfn, settle, statusOf, queues } = world();
    await cfn.createStack({ StackName: 'Bad', TemplateBody: template({ First: queue('first'), ...BROKEN }) });
    await settle();
    expect([await statusOf('Bad'), await queues()]).toEqual(['ROLLBACK_COMPLETE', []]);
    await cfn.createStack({ StackName: 'Good', TemplateBody: template({ First: queue('first') }) });
    await settle();
    await cfn.updateStack({ StackName: 'Good', TemplateBody: template({ First: queue('first', { VisibilityTimeout: 9 }), New: queue('new'), ...BROKEN }) });
    await settle();
    expect([await statusOf('Good'), await queues()]).toEqual(['UPDATE_ROLLBACK_COMPLETE', ['first']]);
    const failed = (await cfn.describeStackEvents({ StackName: 'Good' })).StackEvents?.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
    expect(failed).toMatchObject({ LogicalResourceId: 'Broken', ResourceStatusReason: expect.stringContaining('VisibilityTimeout') });
  });

  it('that fails stays where it is told to', async () => {
    const { cfn, settle, statusOf, queues } = world();
    await cfn.createStack({ StackName: 'Bad', OnFailure: 'DO_NOTHING', TemplateBody: template({ First: queue('first'), ...BROKEN }) });
    await settle();
    expect([await statusOf('Bad'), await queues()]).toEqual(['CREATE_FAILED', ['first']]);
  });

  it('is not deleted while another imports of it', async () => {
    const { cfn, settle } = world();
    await cfn.createStack({ StackName: 'A', TemplateBody: template({ Q: queue('a') }, { Outputs: { O: { Value: 'v', Export: { Name: 'shared' } } } }) });
    await settle();
    await cfn.createStack({ StackName: 'B', TemplateBody: template({ Q: queue('b', { Tags: [{ Key: 'k', Value: { 'Fn::ImportValue': 'shared' } }] }) }) });
    await settle();
    expect((await cfn.listExports({})).Exports).toMatchObject([{ Name: 'shared', Value: 'v', ExportingStackId: expect.stringContaining('stack/A/') }]);
    expect((await cfn.listImports({ ExportName: 'shared' })).Imports).toEqual(['B']);
    expect(await faultOf(cfn.deleteStack({ StackName: 'A' }))).toBe('ValidationError: Export shared cannot be deleted as it is in use by B');
  });

  it('of an assembly stays when one of the API comes, and the other way round', async () => {
    const { cfn, settle, plane } = world();
    await cfn.createStack({ StackName: 'Api', TemplateBody: template({ Q: queue('a') }) });
    await settle();
    const { assemblyWith } = await import('../../assembly/world.ts');
    await plane.deploy(assemblyWith({ Own: { template: { Resources: { Q: queue('own') } } } }));
    const { StackSummaries: stacks = [] } = await cfn.listStacks({ StackStatusFilter: ['CREATE_COMPLETE'] });
    expect(stacks.map(({ StackName }) => StackName)).toEqual(['Api', 'Own']);
    expect(JSON.parse((await cfn.getTemplate({ StackName: 'Own' })).TemplateBody ?? '')).toEqual({ Resources: { Q: queue('own') } });
    await plane.deploy(assemblyWith({ Other: { template: { Resources: { Q: queue('other') } } } }));
    expect((await cfn.describeStacks({})).Stacks?.map(({ StackName }) => StackName)).toEqual(['Api', 'Other']);
  });

  it('is made from YAML with the short forms of the functions, and its template is given back as it was', async () => {
    const { cfn, settle, sqs } = world();
    const TemplateBody = `
AWSTemplateFormatVersion: 2010-09-09
Description: queues
Parameters:
  Stage: {Type: String, Default: prod}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Letters:
    Type: AWS::SQS::Queue
    Condition: IsProd
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Join ['-', [!Ref Stage, !Sub '\${AWS::StackName}-work']]
      VisibilityTimeout: !If [IsProd, 45, !Ref AWS::NoValue]
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Letters.Arn
        maxReceiveCount: 3
Outputs:
  Name:
    Value: !GetAtt [Work, QueueName]
`;
    await cfn.createStack({ StackName: 'Shop', TemplateBody });
    await settle();
    const stack = (await cfn.describeStacks({ StackName: 'Shop' })).Stacks?.[0];
    expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE', Description: 'queues', Outputs: [{ OutputKey: 'Name', OutputValue: 'prod-Shop-work' }] });
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: 'prod-Shop-work' });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['VisibilityTimeout', 'RedrivePolicy'] });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '45', RedrivePolicy: expect.stringContaining('"maxReceiveCount":3') });
    expect((await cfn.getTemplate({ StackName: 'Shop' })).TemplateBody).toBe(TemplateBody);
  });

  it('is refused with what is wrong', async () => {
    const { cfn, bugs } = world();
    const create = (TemplateBody: string, more: object = {}) => faultOf(cfn.createStack({ StackName: 'S', TemplateBody, ...more }));
    expect(await create('{"a"')).toContain('ValidationError: Template format error: JSON not well-formed.');
    expect(await create('{}')).toContain('At least one Resources member must be defined');
    expect(await create('Resources: {}')).toContain('At least one Resources member must be defined');
    expect(await create('Resources: [')).toContain('ValidationError: Template format error: YAML not well-formed. (line 1, column 13)');
    expect(await create('Resources: !Nope {}')).toContain('YAML not well-formed. (line 1, column 12)');
    expect(await create('- Resources')).toContain('Template format error: unsupported structure.');
    expect(await create(template({ K: { Type: 'AWS::KMS::Key' } }))).toContain(
      'NotEmulated: The assembly needs something that the embedded AWS does not emulate',
    );
    expect(await create(template({ K: { Type: 'AWS::KMS::Key' } }))).toContain('the resource type AWS::KMS::Key');
    expect(await create(template({ Q: queue('q', { RedriveAllowPolicy: { Ref: 'Nobody' } }) }))).toContain(
      'refers to Nobody, which the template does not define',
    );
    expect(await create(template({ R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } } }))).toBe(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_NAMED_IAM]',
    );
    expect(await create(template({ Q: queue('q') }), { StackPolicyBody: '{}' })).toContain('CreateStack with StackPolicyBody is not emulated');
    expect(await create(template({ Q: queue('q') }), { EnableTerminationProtection: true })).toContain(
      'CreateStack with EnableTerminationProtection is not emulated',
    );
    expect(await faultOf(cfn.updateStack({ StackName: 'S', TemplateBody: template({ Q: queue('q') }) }))).toContain('Stack with id S does not exist');
    expect(await faultOf(cfn.describeStackResource({ StackName: 'S', LogicalResourceId: 'Q' }))).toContain('Stack with id S does not exist');
    expect(bugs).toEqual([]);
  });
});

describe('a change set', () => {
  it('says what it would change, then changes it', async () => {
    const { cfn, settle, statusOf, queues } = world();
    const created = await cfn.createChangeSet({
      StackName: 'Shop',
      ChangeSetName: 'one',
      ChangeSetType: 'CREATE',
      TemplateBody: template({ First: queue('first') }),
    });
    expect(await statusOf('Shop')).toBe('REVIEW_IN_PROGRESS');
    const described = await cfn.describeChangeSet({ ChangeSetName: created.Id ?? '' });
    expect(described).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', StackName: 'Shop' });
    expect(described.Changes?.map(({ ResourceChange }) => [ResourceChange?.Action, ResourceChange?.LogicalResourceId])).toEqual([['Add', 'First']]);
    await cfn.executeChangeSet({ StackName: 'Shop', ChangeSetName: 'one' });
    await settle();
    expect([await statusOf('Shop'), await queues()]).toEqual(['CREATE_COMPLETE', ['first']]);
    const next = template({ First: queue('first', { VisibilityTimeout: 9 }), Second: queue('second') });
    await cfn.createChangeSet({ StackName: 'Shop', ChangeSetName: 'two', TemplateBody: next });
    const { Changes: changes } = await cfn.describeChangeSet({ StackName: 'Shop', ChangeSetName: 'two' });
    expect(changes?.map(({ ResourceChange }) => `${ResourceChange?.Action} ${ResourceChange?.LogicalResourceId}`)).toEqual(['Modify First', 'Add Second']);
    expect(await faultOf(cfn.executeChangeSet({ StackName: 'Shop', ChangeSetName: 'three' }))).toContain('ChangeSet [three] does not exist');
  });

  it('without changes fails in the words that tools know', async () => {
    const { cfn, settle } = world();
    const TemplateBody = template({ First: queue('first') });
    await cfn.createStack({ StackName: 'Shop', TemplateBody });
    await settle();
    await cfn.createChangeSet({ StackName: 'Shop', ChangeSetName: 'none', TemplateBody });
    const described = await cfn.describeChangeSet({ StackName: 'Shop', ChangeSetName: 'none' });
    expect([described.Status, described.StatusReason]).toEqual(['FAILED', expect.stringContaining("didn't contain changes")]);
    expect(await faultOf(cfn.executeChangeSet({ StackName: 'Shop', ChangeSetName: 'none' }))).toContain('cannot be executed in its current status of [FAILED]');
    await cfn.deleteChangeSet({ StackName: 'Shop', ChangeSetName: 'none' });
    expect((await cfn.listChangeSets({ StackName: 'Shop' })).Summaries).toEqual([]);
  });
});

describe('a template', () => {
  it('can lie in a bucket, and is summed up', async () => {
    const { cfn, s3 } = world();
    await s3.createBucket({ Bucket: 'templates' });
    const resources = { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } } };
    await s3.putObject({ Bucket: 'templates', Key: 'a/b.json', Body: template(resources, { Parameters: { P: { Type: 'String', Default: 'd' } } }) });
    for (const url of [
      'https://s3.us-east-1.amazonaws.com/templates/a/b.json',
      'https://templates.s3.amazonaws.com/a/b.json',
      'http://127.0.0.1:4566/templates/a/b.json',
    ]) {
      expect(await cfn.getTemplateSummary({ TemplateURL: url })).toMatchObject({
        ResourceTypes: ['AWS::IAM::Role'],
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: [{ ParameterKey: 'P', DefaultValue: 'd', ParameterType: 'String' }],
      });
    }
    expect((await cfn.validateTemplate({ TemplateURL: 'https://templates.s3.amazonaws.com/a/b.json' })).Parameters?.[0]?.ParameterKey).toBe('P');
    expect(await faultOf(cfn.validateTemplate({ TemplateURL: 'https://templates.s3.amazonaws.com/none' }))).toContain(
      'S3 error: The specified key does not exist.',
    );
  });
});
