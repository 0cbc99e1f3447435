import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { AccessCheck, Authorizer, PolicyDocument, Principal } from '../../../../local/kernel/principal.ts';
import type { ResourcePlace } from '../../../../local/kernel/resource.ts';
import { createAuthorizer } from '../../../../local/services/iam/authorizer.ts';
import { resourceTypes } from '../../../../local/services/iam/resources.ts';
import { iam } from '../../../../local/services/iam/service.ts';
import type { IamState } from '../../../../local/services/iam/state.ts';
import { sts } from '../../../../local/services/sts/service.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:111111111111:q';
const SEND: AccessCheck = { action: 'sqs:SendMessage', resource: QUEUE };
const RELAY: Principal = { type: 'role', roleArn: 'arn:aws:iam::111111111111:role/relay', sessionName: 'relay' };
const RULE: Principal = { type: 'service', service: 'events.amazonaws.com', sourceArn: 'arn:aws:events:us-east-1:111111111111:rule/bus/rule' };
const TRUST: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};

let kernel: Kernel;
let state: IamState;
let authorize: Authorizer;

const place: ResourcePlace = {
  stackName: 'Orders',
  logicalId: 'Relay',
  generatedName: () => 'relay',
  assetDirectory: () => undefined,
  metadata: { 'aws:cdk:path': 'Orders/Relay/Role' },
};
const create = (type: string, properties: object): unknown => resourceTypes[type]?.create(properties, place, kernel.contextFor('iam') as never);
const call = <Output>(service: string, operation: string, input: object, principal: Principal = { type: 'root' }): Promise<Output> =>
  kernel.request({ service, operation, input, principal });

beforeEach(() => {
  kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: 0 }, seed: 1, journalCapacity: 10 });
  state = kernel.install(iam);
  kernel.install(sts);
  authorize = createAuthorizer(kernel, state);
  create('AWS::IAM::Role', { RoleName: 'relay', AssumeRolePolicyDocument: TRUST });
});

describe('the authorizer', () => {
  it('refuses in words that name principal, action, resource and the missing grant', () => {
    expect(() => authorize(RELAY, SEND)).toThrow(
      'User: arn:aws:sts::111111111111:assumed-role/relay/relay is not authorized to perform: sqs:SendMessage on resource: ' +
        'arn:aws:sqs:us-east-1:111111111111:q because no identity-based policy allows the sqs:SendMessage action. ' +
        'Missing grant: {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:111111111111:q"} in a policy of role relay (Orders/Relay/Role).',
    );
  });

  it('follows a change of the policies at once', async () => {
    const document = { Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE }] };
    expect(() => authorize(RELAY, SEND)).toThrow();
    create('AWS::IAM::Policy', { PolicyName: 'p', PolicyDocument: document, Roles: ['relay'] });
    authorize(RELAY, SEND);
    await call('iam', 'DeleteRolePolicy', { RoleName: 'relay', PolicyName: 'p' });
    expect(() => authorize(RELAY, SEND)).toThrow('no identity-based policy');
    await call('iam', 'AttachRolePolicy', { RoleName: 'relay', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    authorize(RELAY, SEND);
  });

  it('lets a resource policy allow a role of the account, and an explicit deny win', () => {
    const statement = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE, Principal: { AWS: RELAY.roleArn } } as const;
    authorize(RELAY, { ...SEND, resourcePolicy: { Statement: [statement] } });
    expect(() => authorize(RELAY, { ...SEND, resourcePolicy: { Statement: [statement, { ...statement, Effect: 'Deny' }] } })).toThrow(
      'explicit deny in a resource-based policy',
    );
  });

  it('lets a service in by the resource policy only, for the source it names', () => {
    const policy = (sourceArn: string): PolicyDocument => ({
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Resource: QUEUE,
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': sourceArn } },
        },
      ],
    });
    authorize(RULE, { ...SEND, resourcePolicy: policy(RULE.sourceArn ?? '') });
    expect(() => authorize(RULE, { ...SEND, resourcePolicy: policy('arn:aws:events:us-east-1:111111111111:rule/bus/other') })).toThrow(
      'no resource-based policy allows',
    );
    expect(() => authorize(RULE, SEND)).toThrow('"Principal":{"Service":"events.amazonaws.com"},"Condition":{"ArnEquals":{"aws:SourceArn"');
  });

  it('does not keep a decision that rested on a key of the call', () => {
    const condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['A'] } };
    create('AWS::IAM::Policy', {
      PolicyName: 'p',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: condition }] },
      Roles: ['relay'],
    });
    const check = (key: string): AccessCheck => ({ action: 'dynamodb:GetItem', resource: '*', conditionKeys: { 'dynamodb:LeadingKeys': [key] } });
    authorize(RELAY, check('A'));
    expect(() => authorize(RELAY, check('B'))).toThrow('is not authorized to perform: dynamodb:GetItem because');
  });

  it('never asks the operator', () => authorize({ type: 'root' }, SEND));
});

describe('a role', () => {
  it('keeps policies of others when its own inline policies change', async () => {
    create('AWS::IAM::Policy', { PolicyName: 'p', PolicyDocument: { Statement: [] }, Roles: ['relay'] });
    const before = { AssumeRolePolicyDocument: TRUST, RoleName: 'relay' };
    const after = { ...before, Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: [] } }] };
    await resourceTypes['AWS::IAM::Role']?.update(after, before, { ref: 'relay', attributes: {} }, place, kernel.contextFor('iam') as never);
    expect(Object.keys(state.roles.get('relay')?.inlinePolicies ?? {})).toEqual(['p', 'own']);
  });

  it('refuses an AWS managed policy whose content is not known', () => {
    expect(() => create('AWS::IAM::Role', { AssumeRolePolicyDocument: TRUST, ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] })).toThrow(
      'ReadOnlyAccess is not emulated',
    );
  });
});

describe('STS', () => {
  it('says who calls, and makes a role of whom it trusts', async () => {
    expect(await call('sts', 'GetCallerIdentity', {})).toMatchObject({ Account: '111111111111', Arn: 'arn:aws:iam::111111111111:root' });
    const { Credentials: credentials } = await call<{ Credentials: { AccessKeyId: string } }>('sts', 'AssumeRole', {
      RoleArn: RELAY.roleArn,
      RoleSessionName: 'me',
    });
    expect(kernel.credentials.principalOf(credentials.AccessKeyId)).toEqual({ type: 'role', roleArn: RELAY.roleArn, sessionName: 'me' });
    expect(await call('sts', 'GetCallerIdentity', {}, RELAY)).toEqual({
      Account: '111111111111',
      Arn: 'arn:aws:sts::111111111111:assumed-role/relay/relay',
      UserId: `${state.roles.get('relay')?.roleId}:relay`,
    });
    await expect(call('sts', 'AssumeRole', { RoleArn: RELAY.roleArn, RoleSessionName: 'me' }, RULE)).rejects.toThrow(
      'is not authorized to perform: sts:AssumeRole',
    );
    await expect(call('sts', 'AssumeRole', { RoleArn: `${RELAY.roleArn}2`, RoleSessionName: 'me' })).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});
